"""Keep where each disposal list is on its way, and who sits on its council."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disposal_list",
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("regime", sa.String(2), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concluded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name="fk_disposal_list_order_id_order"),
        sa.PrimaryKeyConstraint("order_id", name="pk_disposal_list"),
    )
    op.create_index("ix_disposal_list_agency_code", "disposal_list", ["agency_code"])
    op.create_index("ix_disposal_list_state", "disposal_list", ["state"])
    op.create_table(
        "council_member",
        sa.Column("order_id", sa.String(36), nullable=False),
        sa.Column("account", sa.String(80), nullable=False),
        sa.Column("seat", sa.String(20), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["disposal_list.order_id"], name="fk_council_member_order_id_disposal_list"
        ),
        sa.PrimaryKeyConstraint("order_id", "account", name="pk_council_member"),
    )
    op.create_index("ix_council_member_account", "council_member", ["account"])


def downgrade() -> None:
    op.drop_table("council_member")
    op.drop_table("disposal_list")
