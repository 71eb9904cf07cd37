"""Keep agencies' own retention schedules, and for each case file the row of a schedule it was assigned to."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "schedule_version",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("line_count", WHOLE, nullable=False),
        sa.Column("lines_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False),
        sa.Column("decided_role", sa.String(40), nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("first_used_seq", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_schedule_version"),
        sa.UniqueConstraint("agency_code", "version", name="uq_schedule_version_agency_code_version"),
    )
    op.create_table(
        "simulation",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("schedule_id", sa.String(36), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("done", WHOLE, nullable=False),
        sa.Column("total", WHOLE, nullable=False),
        sa.Column("totals", sa.JSON(), nullable=True),
        sa.Column("examples", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_simulation"),
    )
    op.create_index("ix_simulation_schedule_id", "simulation", ["schedule_id"])
    op.add_column(
        "case_file", sa.Column("assigned_schedule", sa.String(36), nullable=False, server_default="")
    )
    op.add_column("case_file", sa.Column("assigned_row", sa.String(20), nullable=False, server_default=""))
    # A page of the due list is read off this index from where the page before ended; a total never walks the rest.
    op.drop_index("ix_case_file_due", "case_file")
    op.create_index("ix_case_file_due", "case_file", ["state", "eligible_from", "agency_code", "code"])
    _assign()


def _assign() -> None:
    """Take the assigned rows out of the steps that are kept; only few case files have one."""
    connection = op.get_bind()
    basis = "CAST(retention_basis AS TEXT)"
    after = ""
    while True:
        rows = connection.execute(
            sa.text(
                f"SELECT id, {basis} FROM case_file WHERE id > :after AND {basis} LIKE '%assigned-row%'"
                " ORDER BY id LIMIT 500"
            ),
            {"after": after},
        ).all()
        if not rows:
            return
        for id, text in rows:
            after = id
            for step in json.loads(text).get("steps", ()):
                if step.get("code") == "assigned-row":
                    connection.execute(
                        sa.text(
                            "UPDATE case_file SET assigned_schedule = :s, assigned_row = :r WHERE id = :id"
                        ),
                        {"s": step["params"]["schedule"], "r": step["params"]["row"], "id": id},
                    )


def downgrade() -> None:
    op.drop_index("ix_case_file_due", "case_file")
    op.create_index("ix_case_file_due", "case_file", ["state", "eligible_from"])
    op.drop_column("case_file", "assigned_row")
    op.drop_column("case_file", "assigned_schedule")
    op.drop_table("simulation")
    op.drop_table("schedule_version")
