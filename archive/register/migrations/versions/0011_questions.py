"""Keep what an archivist asks an office about a delivery, and the answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_role", sa.String(40), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
    )
    op.create_index("ix_question_submission_id", "question", ["submission_id"])
    op.create_index("ix_question_agency_code", "question", ["agency_code"])
    op.create_table(
        "question_words",
        sa.Column("question_id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(36), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name="fk_question_words_submission_id_submission"
        ),
        sa.PrimaryKeyConstraint("question_id", name="pk_question_words"),
    )
    op.create_index("ix_question_words_submission_id", "question_words", ["submission_id"])


def downgrade() -> None:
    op.drop_table("question_words")
    op.drop_table("question")
