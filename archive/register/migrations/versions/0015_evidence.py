"""Keep the rounds of evidence: hash trees over packages and older time-stamps, each with a time-stamp of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_round",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("timestamp_token", sa.Text(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_evidence_round"),
    )
    op.create_table(
        "evidence_leaf",
        sa.Column("round", WHOLE, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("ref", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["evidence_round.number"], name="fk_evidence_leaf_round_evidence_round"
        ),
        sa.PrimaryKeyConstraint("round", "kind", "ref", name="pk_evidence_leaf"),
    )
    op.create_index("ix_evidence_leaf_kind_ref", "evidence_leaf", ["kind", "ref"])


def downgrade() -> None:
    op.drop_table("evidence_leaf")
    op.drop_table("evidence_round")
