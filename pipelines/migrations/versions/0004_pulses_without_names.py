"""Answers to a pulse are kept apart from who gave them and when."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str, *, is_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, primary_key=is_key)


def upgrade() -> None:
    op.create_table(
        "pulse_participations",
        _text("respondent_email", is_key=True),
        _text("quarter_start", is_key=True),
        sqlite_with_rowid=False,
    )
    op.execute(
        "insert into pulse_participations select distinct respondent_email, quarter_start from pulses"
        " where respondent_kind = 'rep'"
    )
    columns = "team_id, quarter_start, question, respondent_kind, answer"
    answers = op.get_bind().exec_driver_sql(f"select {columns} from pulses").mappings().all()
    op.drop_table("pulses")
    pulses = op.create_table(
        "pulses",
        _text("pulse_id", is_key=True),
        _text("team_id"),
        _text("quarter_start"),
        _text("question"),
        _text("respondent_kind"),
        sa.Column("answer", sa.Float(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(pulses, [{"pulse_id": uuid.uuid4().hex, **answer} for answer in answers])


def downgrade() -> None:
    raise NotImplementedError("who gave which answer is not known any more")
