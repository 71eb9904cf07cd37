"""Find the same bytes and the same document in other case files."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_component_sha256", "component", ["sha256"])
    op.create_index("ix_record_document", "record", ["notation", "number"])


def downgrade() -> None:
    op.drop_index("ix_record_document", "record")
    op.drop_index("ix_component_sha256", "component")
