"""Keep which backup sets there are, until when, and what happened to each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "backup_set",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_seq", WHOLE, nullable=False),
        sa.Column("event", WHOLE, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("files", WHOLE, nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_backup_set"),
    )
    op.create_index("ix_backup_set_state", "backup_set", ["state"])
    op.create_index("ix_backup_set_expires_on", "backup_set", ["expires_on"])


def downgrade() -> None:
    op.drop_table("backup_set")
