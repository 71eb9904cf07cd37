"""Which way a delivery came in, and how each way in stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("submission", sa.Column("inbox", sa.String(60), nullable=False, server_default=""))
    op.create_table(
        "inbox",
        sa.Column("name", sa.String(60), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("asked_at", "well_at", "not_before", "busy_until")
        ),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("waiting", WHOLE, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_inbox"),
    )


def downgrade() -> None:
    op.drop_table("inbox")
    op.drop_column("submission", "inbox")
