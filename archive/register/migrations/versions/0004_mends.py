"""Which returned submission a submission mends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("mends", sa.String(36), nullable=True))
    op.create_index(op.f("ix_submission_mends"), "submission", ["mends"])


def downgrade() -> None:
    op.drop_index(op.f("ix_submission_mends"), "submission")
    op.drop_column("submission", "mends")
