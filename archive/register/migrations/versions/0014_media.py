"""Keep which packages are on which offline medium."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "medium",
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_segment", WHOLE, nullable=False),
        sa.Column("last_segment", WHOLE, nullable=False),
        sa.Column("files", WHOLE, nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults", WHOLE, nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_medium"),
    )
    op.create_index("ix_medium_state", "medium", ["state"])
    op.create_table(
        "medium_package",
        sa.Column("medium", sa.String(40), nullable=False),
        sa.Column("package_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["medium"], ["medium.number"], name="fk_medium_package_medium_medium"),
        sa.PrimaryKeyConstraint("medium", "package_id", name="pk_medium_package"),
    )
    op.create_index("ix_medium_package_package_id", "medium_package", ["package_id"])


def downgrade() -> None:
    op.drop_table("medium_package")
    op.drop_table("medium")
