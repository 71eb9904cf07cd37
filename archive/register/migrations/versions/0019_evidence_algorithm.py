"""Let a round of evidence have another hash than SHA-256, so that evidence can be renewed with a stronger one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "evidence_round", sa.Column("algorithm", sa.String(16), nullable=False, server_default="sha256")
    )
    op.add_column("evidence_leaf", sa.Column("hash", sa.String(128), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("evidence_leaf", "hash")
    op.drop_column("evidence_round", "algorithm")
