"""Count wrong passwords, so that each makes the next try wait longer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "password_attempts",
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", "purpose", name="pk_password_attempts"),
    )


def downgrade() -> None:
    op.drop_table("password_attempts")
