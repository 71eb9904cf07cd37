"""Carry the machine's own state (steps, leases, messages owed) over a rebuild of a living register.

No event gives it back, and losing it only means doing work again; but while it is there it is kept, so that a
rebuild at a quiet hour owes nobody a message twice.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from archive.register.digest import MACHINE_ONLY, UNDECIDED

HANGING = ("step_result", "finding", "outbox", "minutes_due", "received_message", "question_words")
"""Tables that hang on `submission` and are no part of the digest."""


def set_aside(session: Session) -> None:
    """Copy the machine's rows into temporary tables and empty their own."""
    for table in (*HANGING, "submission"):
        session.execute(text(f"CREATE TEMPORARY TABLE aside_{table} AS SELECT * FROM {table}"))
    for table in HANGING:
        session.execute(text(f"DELETE FROM {table}"))


def put_back(session: Session) -> None:
    """Put the rows back whose submission is there again."""
    columns = ", ".join(
        f"{column} = (SELECT a.{column} FROM aside_submission a WHERE a.id = submission.id)"
        for column in sorted(MACHINE_ONLY["submission"])
    )
    known = "id IN (SELECT a.id FROM aside_submission a{})"
    session.execute(text(f"UPDATE submission SET {columns} WHERE {known.format('')}"))
    for state in sorted(UNDECIDED):
        there = known.format(f" WHERE a.state = '{state.value}'")
        session.execute(
            text(f"UPDATE submission SET state = '{state.value}' WHERE state = 'received' AND {there}")
        )
    for table in HANGING:
        session.execute(
            text(
                f"INSERT INTO {table} SELECT * FROM aside_{table}"
                " WHERE submission_id IN (SELECT id FROM submission)"
            )
        )
    for table in (*HANGING, "submission"):
        session.execute(text(f"DROP TABLE aside_{table}"))
