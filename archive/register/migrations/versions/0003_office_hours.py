"""When a submission counts as received and is due, by the office hours of its province."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("received_legal_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    # Rebuilt from older ledger events, the legal moment is that of arrival.
    op.execute("UPDATE submission SET received_legal_at = received_at")


def downgrade() -> None:
    op.drop_column("submission", "due_at")
    op.drop_column("submission", "received_legal_at")
