"""Reviews, role corrections, acknowledgements, risk flags, consents, pulses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, is_optional: bool = False, is_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=is_optional, primary_key=is_key)


def upgrade() -> None:
    op.create_table(
        "reviews",
        _text("review_id", is_key=True),
        _text("call_id"),
        _text("behaviour_id"),
        _text("rubric_id", is_optional=True),
        _text("rubric_version", is_optional=True),
        _text("reviewer_email"),
        _text("verdict"),
        _text("note", is_optional=True),
        _text("reviewed_at"),
    )
    op.create_table(
        "role_corrections",
        _text("correction_id", is_key=True),
        _text("call_id"),
        _text("speaker"),
        _text("role"),
        _text("corrected_by"),
        _text("corrected_at"),
    )
    op.create_table(
        "acknowledgements",
        _text("acknowledgement_id", is_key=True),
        _text("call_id"),
        _text("behaviour_id", is_optional=True),
        _text("employee_email"),
        _text("acknowledged_at"),
    )
    op.create_table(
        "risk_flags",
        _text("flag_id", is_key=True),
        _text("deal_id"),
        _text("risk_signal"),
        _text("flagged_by"),
        _text("flagged_at"),
    )
    op.create_table(
        "consents",
        _text("call_id", is_key=True),
        _text("consent"),
        _text("recorded_at", is_optional=True),
        _text("retain_until", is_optional=True),
    )
    op.create_table(
        "pulses",
        _text("pulse_id", is_key=True),
        _text("team_id"),
        _text("quarter_start"),
        _text("question"),
        _text("respondent_kind"),
        _text("respondent_email"),
        sa.Column("answer", sa.Float(), nullable=False),
        _text("answered_at"),
    )
    for table, column in (
        ("reviews", "call_id"),
        ("role_corrections", "call_id"),
        ("acknowledgements", "call_id"),
        ("risk_flags", "deal_id"),
        ("pulses", "team_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    for table in ("reviews", "role_corrections", "acknowledgements", "risk_flags", "consents", "pulses"):
        op.drop_table(table)
