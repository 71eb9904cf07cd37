"""Find the deliveries of one case file by agency and file code."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_submission_code", "submission", ["agency_code", "file_code"])


def downgrade() -> None:
    op.drop_index("ix_submission_code", "submission")
