"""Outcomes of the manager's queue, acknowledged corrections, unsubscribes, and the outbox of the Monday messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str, *, is_optional: bool = False, is_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=is_optional, primary_key=is_key)


def upgrade() -> None:
    op.create_table(
        "queue_outcomes",
        _text("outcome_id", is_key=True),
        _text("item_id"),
        _text("outcome"),
        _text("reason", is_optional=True),
        _text("recorded_by"),
        _text("recorded_at"),
    )
    op.create_table(
        "correction_acknowledgements",
        _text("acknowledgement_id", is_key=True),
        _text("correction_id"),
        _text("sequence"),
        _text("employee_email"),
        _text("acknowledged_at"),
    )
    op.create_table("unsubscribes", _text("email", is_key=True), _text("unsubscribed_at"))
    op.create_table(
        "digest_messages",
        _text("message_id", is_key=True),
        _text("week_start"),
        _text("recipient_email"),
        _text("channel"),
        _text("subject"),
        _text("text"),
        _text("html"),
        _text("status"),
        _text("last_error", is_optional=True),
        _text("written_at"),
        _text("sent_at", is_optional=True),
    )
    op.create_index("ix_queue_outcomes_item_id", "queue_outcomes", ["item_id"])
    op.create_index("ix_correction_acknowledgements_correction_id", "correction_acknowledgements", ["correction_id"])
    op.create_index("ix_digest_messages_status", "digest_messages", ["status"])


def downgrade() -> None:
    for table in ("queue_outcomes", "correction_acknowledgements", "unsubscribes", "digest_messages"):
        op.drop_table(table)
