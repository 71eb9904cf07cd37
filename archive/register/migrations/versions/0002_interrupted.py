"""Count how often the worker of a submission died (a delivery that kills its worker must not do so for ever)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("submission", sa.Column("interrupted", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("submission", "interrupted")
