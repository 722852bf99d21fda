"""How Alembic reaches the app store: through the connection that ``pipelines.app_store`` passes it."""

from alembic import context

from pipelines.app_tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
