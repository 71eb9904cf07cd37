"""Keep for which case files it was told that their period runs out, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expiry_notice",
        sa.Column("case_file_id", sa.String(36), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("eligible_from", sa.Date(), nullable=True),
        sa.Column("why", sa.String(10), nullable=False),
        sa.Column("same_as", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("case_file_id", name="pk_expiry_notice"),
    )
    op.create_index("ix_expiry_notice_ends", "expiry_notice", ["agency_code", "ends_on"])


def downgrade() -> None:
    op.drop_table("expiry_notice")
