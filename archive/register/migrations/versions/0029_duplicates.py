"""What goes as a duplicate says of what; documents that more than one case file has are found in the index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_item", sa.Column("same_as", sa.String(36), nullable=False, server_default=""))
    op.drop_index("ix_component_sha256", "component")
    op.create_index("ix_component_document", "component", ["sha256", "role", "record_id"])
    op.create_index("ix_expiry_notice_why", "expiry_notice", ["why", "agency_code"])


def downgrade() -> None:
    op.drop_index("ix_expiry_notice_why", "expiry_notice")
    op.drop_index("ix_component_document", "component")
    op.create_index("ix_component_sha256", "component", ["sha256"])
    op.drop_column("order_item", "same_as")
