"""Reviews tell whether the scorer's answer was seen first, and how the call came to be reviewed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("is_blind", sa.String(), nullable=True))
    op.add_column("reviews", sa.Column("sampled_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("reviews", "sampled_by")
    op.drop_column("reviews", "is_blind")
