"""Keep which minutes and rounds of evidence are on which offline medium."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("first_round", "last_round"):
        # Media of before carry none.
        op.add_column("medium", sa.Column(name, WHOLE, nullable=False, server_default="0"))
    with op.batch_alter_table("medium") as table:
        for name in ("first_round", "last_round"):
            table.alter_column(name, server_default=None)
    op.create_table(
        "medium_minutes",
        sa.Column("medium", sa.String(40), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["medium"], ["medium.number"], name="fk_medium_minutes_medium_medium"),
        sa.PrimaryKeyConstraint("medium", "submission_id", name="pk_medium_minutes"),
    )
    op.create_index("ix_medium_minutes_submission_id", "medium_minutes", ["submission_id"])


def downgrade() -> None:
    op.drop_table("medium_minutes")
    for name in ("last_round", "first_round"):
        op.drop_column("medium", name)
