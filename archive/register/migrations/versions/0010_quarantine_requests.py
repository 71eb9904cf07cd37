"""What people ask about infected deliveries, and what another person answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quarantine_request",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("wish", sa.String(8), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_role", sa.String(40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("wiped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answered_by <> asked_by", name=op.f("ck_quarantine_request_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_request")),
    )
    for column in ("submission_id", "agency_code", "state"):
        op.create_index(op.f(f"ix_quarantine_request_{column}"), "quarantine_request", [column])


def downgrade() -> None:
    op.drop_table("quarantine_request")
