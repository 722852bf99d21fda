"""Coaching: what one-on-ones are made of, corrections that are followed up, and the manager's queue. Reads marts and scores, renders nothing."""
