"""Let a hold name an agency or a fonds, and find what one order holds by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("hold") as table:
        table.add_column(sa.Column("agency_code", sa.String(35), nullable=False, server_default=""))
        table.add_column(sa.Column("fonds_code", sa.String(35), nullable=False, server_default=""))
    with op.batch_alter_table("hold") as table:
        table.alter_column("agency_code", server_default=None)
        table.alter_column("fonds_code", server_default=None)
    op.create_index("ix_hold_agency_code", "hold", ["agency_code"])
    op.create_index("ix_hold_fonds_code", "hold", ["fonds_code"])
    op.create_index("ix_hold_order_id", "hold", ["order_id"])


def downgrade() -> None:
    op.drop_index("ix_hold_order_id", table_name="hold")
    op.drop_index("ix_hold_fonds_code", table_name="hold")
    op.drop_index("ix_hold_agency_code", table_name="hold")
    with op.batch_alter_table("hold") as table:
        table.drop_column("fonds_code")
        table.drop_column("agency_code")
