"""Note how far the rounds through the stores have come, and what the copies of minutes were found to be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "roll",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("paid_until", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ran_at", TIME, nullable=True),
        sa.Column("total", WHOLE, nullable=False),
        sa.Column("things", WHOLE, nullable=False),
        sa.Column("counted_at", TIME, nullable=True),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("away_since", TIME, nullable=True),
        sa.Column("troubles", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_roll"),
    )
    op.create_table(
        "minutes_copy",
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("checked_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["minutes.submission_id"], name="fk_minutes_copy_submission_id_minutes"
        ),
        sa.PrimaryKeyConstraint("submission_id", "store", name="pk_minutes_copy"),
    )
    op.create_index("ix_minutes_copy_due", "minutes_copy", ["store", "state", "checked_at"])
    op.create_index("ix_copy_due", "copy", ["store", "state", "checked_at"])


def downgrade() -> None:
    op.drop_index("ix_copy_due", "copy")
    op.drop_table("minutes_copy")
    op.drop_table("roll")
