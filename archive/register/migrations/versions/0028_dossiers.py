"""Mark the case files that are dossiers of a destruction, and say of each list which one is its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_file", sa.Column("kind", sa.String(20), nullable=False, server_default=""))
    op.add_column(
        "disposal_list", sa.Column("closing", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("disposal_list", sa.Column("dossier_id", sa.String(36), nullable=False, server_default=""))
    op.create_index("ix_disposal_list_dossier_id", "disposal_list", ["dossier_id"])


def downgrade() -> None:
    op.drop_index("ix_disposal_list_dossier_id", "disposal_list")
    op.drop_column("disposal_list", "dossier_id")
    op.drop_column("disposal_list", "closing")
    op.drop_column("case_file", "kind")
