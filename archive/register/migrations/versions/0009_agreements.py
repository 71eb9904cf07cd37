"""Submission agreements, lists of due case files, minutes of hand-overs, and what the source may do with its copy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_by_agency", sa.String(length=200), nullable=False),
        sa.Column("signed_by_archive", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("terms_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("decided_role", sa.String(length=40), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_code"], ["agency.code"], name=op.f("fk_agreement_agency_code_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("agency_code", "version", name=op.f("uq_agreement_agency_code_version")),
    )
    op.create_table(
        "due_file",
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("period", sa.String(length=100), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("listed_by", sa.String(length=80), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_code"], ["agency.code"], name=op.f("fk_due_file_agency_code_agency")
        ),
        sa.PrimaryKeyConstraint("agency_code", "code", name=op.f("pk_due_file")),
    )
    op.create_index("ix_due_file_planned", "due_file", ["planned_on", "announced_at"])
    op.create_table(
        "minutes",
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("name", name=op.f("uq_minutes_name")),
    )
    op.create_index(op.f("ix_minutes_agency_code"), "minutes", ["agency_code"])
    op.create_table(
        "minutes_due",
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_minutes_due_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_minutes_due")),
    )
    op.add_column("submission", sa.Column("agreement_id", sa.String(length=36), nullable=True))
    op.add_column("submission", sa.Column("wanted_again", sa.JSON(), nullable=True))
    op.add_column("submission", sa.Column("source", sa.String(length=5), nullable=False, server_default=""))
    op.add_column("submission", sa.Column("source_basis", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for column in ("source_basis", "source", "wanted_again", "agreement_id"):
        op.drop_column("submission", column)
    for table in ("minutes_due", "minutes", "due_file", "agreement"):
        op.drop_table(table)
