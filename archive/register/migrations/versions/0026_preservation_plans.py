"""Preservation plans, and what became of each case file they name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "preservation_plan",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("target", sa.String(2), nullable=False),
        sa.Column("files", number, nullable=False),
        sa.Column("components", number, nullable=False),
        sa.Column("size", number, nullable=False),
        sa.Column("list_sha256", sa.String(64), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_role", sa.String(40), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_role", sa.String(40), nullable=False),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("began_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("closing_remark", sa.Text(), nullable=False),
        sa.Column("trial", sa.JSON(), nullable=True),
        sa.Column("trial_at", moment, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.CheckConstraint("decided_by <> proposed_by", name="ck_preservation_plan_two_people"),
        sa.PrimaryKeyConstraint("id", name="pk_preservation_plan"),
    )
    op.create_index("ix_preservation_plan_state", "preservation_plan", ["state"])
    op.create_table(
        "preservation_item",
        sa.Column("plan_id", sa.String(36), nullable=False),
        sa.Column("case_file_id", sa.String(36), nullable=False),
        sa.Column("package_sha256", sa.String(64), nullable=False),
        sa.Column("components", number, nullable=False),
        sa.Column("size", number, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", number, nullable=False),
        sa.Column("package_name", sa.String(400), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made", number, nullable=False),
        sa.Column("failed", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["preservation_plan.id"], name="fk_preservation_item_plan_id_preservation_plan"
        ),
        sa.PrimaryKeyConstraint("plan_id", "case_file_id", name="pk_preservation_item"),
    )
    op.create_index("ix_preservation_item_state", "preservation_item", ["plan_id", "state"])
    op.create_index("ix_preservation_item_case_file_id", "preservation_item", ["case_file_id"])
    op.create_index("ix_preservation_item_package_name", "preservation_item", ["package_name"])
    op.create_index("ix_component_puid", "component", ["puid", "role"])


def downgrade() -> None:
    op.drop_index("ix_component_puid", "component")
    op.drop_table("preservation_item")
    op.drop_table("preservation_plan")
