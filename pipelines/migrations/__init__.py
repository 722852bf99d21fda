"""Alembic's folder for the app store. Migrations run when the store is opened; nothing else belongs here."""
