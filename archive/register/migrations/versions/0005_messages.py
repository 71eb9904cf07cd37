"""What edXML messages say while they wait, what offices ask about documents they sent, and who gathers what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "received_message",
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sender", sa.String(length=35), nullable=False),
        sa.Column("document_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("notation", sa.String(length=100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("organ_name", sa.String(length=300), nullable=False),
        sa.Column("type_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("files", WHOLE, nullable=False),
        sa.Column("pages", WHOLE, nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_received_message_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_received_message")),
    )
    op.create_index("ix_received_message_code", "received_message", ["number", "issued_on"])
    op.create_index(op.f("ix_received_message_document_id"), "received_message", ["document_id"])
    op.create_table(
        "document_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("target_id", sa.String(length=36), nullable=True),
        sa.Column("case_file_id", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("answer", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_request")),
    )
    for column in ("submission_id", "agency_code", "target_id", "case_file_id", "state"):
        op.create_index(op.f(f"ix_document_request_{column}"), "document_request", [column])
    for column in ("gathered_into", "superseded_by"):
        op.add_column("submission", sa.Column(column, sa.String(length=36), nullable=True))
        op.create_index(op.f(f"ix_submission_{column}"), "submission", [column])
    op.add_column("outbox", sa.Column("about", sa.JSON(), nullable=True))
    # Messages that waited before were never looked into; they go their new way from the start.
    waiting = "SELECT id FROM submission WHERE kind IN ('edxml', 'status') AND state = 'gathering'"
    op.execute(f"DELETE FROM step_result WHERE submission_id IN ({waiting})")
    op.execute(f"UPDATE submission SET state = 'received', step = '' WHERE id IN ({waiting})")


def downgrade() -> None:
    op.drop_column("outbox", "about")
    for column in ("gathered_into", "superseded_by"):
        op.drop_index(op.f(f"ix_submission_{column}"), "submission")
        op.drop_column("submission", column)
    op.drop_table("document_request")
    op.drop_table("received_message")
