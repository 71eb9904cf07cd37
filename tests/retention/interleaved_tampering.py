"""Somebody writes into the register behind everybody's back: the vault believes none of it, and erases nothing.

What is written is taken back afterwards, as an operator would who takes the register out of a backup.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing

from interleaved_house import FILES, viewer
from interleaved_model import Sheet
from interleaved_running import Running

from archive.errors import TangThuError
from archive.order_list import list_hash
from retention.destruction import execute

Rows = sqlite3.Connection
OF_LIST = "FROM order_item WHERE order_id = ? AND outcome NOT IN ('taken-out', 'kept')"


def hashed_anew(rows: Rows, sheet: Sheet) -> None:
    """Make the list's hash as somebody would who knows how it is made."""
    items = rows.execute(f"SELECT case_file_id, package_sha256 {OF_LIST}", (sheet.id,)).fetchall()
    rows.execute('UPDATE "order" SET list_sha256 = ? WHERE id = ?', (list_hash(items), sheet.id))


def one_approval(rows: Rows, sheet: Sheet) -> None:
    rows.execute("DELETE FROM approval WHERE order_id = ? AND role = 'head'", (sheet.id,))


def one_person_twice(rows: Rows, sheet: Sheet) -> None:
    rows.execute(
        "UPDATE approval SET actor = (SELECT actor || ' ' FROM approval WHERE order_id = ? AND role = 'council') "
        "WHERE order_id = ? AND role = 'head'",
        (sheet.id, sheet.id),
    )


def one_more(rows: Rows, sheet: Sheet) -> None:
    """Put a case file on the list that nobody voted on: the first that is there."""
    codes = [made.code for made in FILES if made.code not in sheet.on]
    marks = ", ".join("?" * len(codes))
    rows.execute(
        "INSERT OR IGNORE INTO order_item (order_id, case_file_id, package_sha256, same_as, outcome, detail) "
        "SELECT ?, case_file.id, package.sha256, '', '', '' FROM case_file "
        "JOIN package ON package.case_file_id = case_file.id "
        f"WHERE case_file.state = 'stored' AND case_file.code IN ({marks}) "
        "ORDER BY agency_code <> ?, eligible_from LIMIT 1",
        (sheet.id, *codes, sheet.agency),
    )
    hashed_anew(rows, sheet)


def one_fewer(rows: Rows, sheet: Sheet) -> None:
    rows.execute(
        f"DELETE FROM order_item WHERE order_id = ? AND case_file_id = (SELECT max(case_file_id) {OF_LIST})",
        (sheet.id, sheet.id),
    )
    hashed_anew(rows, sheet)


def another_hash(rows: Rows, sheet: Sheet) -> None:
    rows.execute('UPDATE "order" SET list_sha256 = ? WHERE id = ?', ("0" * 64, sheet.id))


def another_package(rows: Rows, sheet: Sheet) -> None:
    rows.execute("UPDATE order_item SET package_sha256 = ? WHERE order_id = ?", ("0" * 64, sheet.id))


def another_proposer(rows: Rows, sheet: Sheet) -> None:
    rows.execute("UPDATE \"order\" SET proposed_by = 'somebody' WHERE id = ?", (sheet.id,))


def another_date(rows: Rows, sheet: Sheet) -> None:
    rows.execute(
        "UPDATE \"order\" SET document_date = date(document_date, '-1 day') WHERE id = ?", (sheet.id,)
    )


def decided(rows: Rows, sheet: Sheet) -> None:
    """Say in every row that the list has gone the whole way, or has all of it before it again."""
    rows.execute("UPDATE \"order\" SET state = 'approved' WHERE id = ?", (sheet.id,))
    rows.execute("UPDATE disposal_list SET state = 'handed-over' WHERE order_id = ?", (sheet.id,))
    rows.execute(
        "UPDATE order_item SET outcome = '' WHERE order_id = ? AND outcome NOT IN ('taken-out', 'kept')",
        (sheet.id,),
    )
    for actor, role in (("chau", "council"), ("dung", "head")):
        rows.execute(
            "INSERT OR IGNORE INTO approval (order_id, actor, role, at) SELECT ?, ?, ?, max(at) FROM event",
            (sheet.id, actor, role),
        )


ROWS: Mapping[str, Callable[[Rows, Sheet], None]] = {
    "one approval": one_approval,
    "one person twice": one_person_twice,
    "one more": one_more,
    "one fewer": one_fewer,
    "another hash": another_hash,
    "another package": another_package,
    "another proposer": another_proposer,
    "another date": another_date,
}
"""What is changed of a list that may be carried out; each alone has to be enough to stop it."""


class Tampering(Running):
    """Who would rather have a list carried out than walk it through."""

    def tamper(self, sheet: Sheet, how: str) -> None:
        """Change rows of a list that was released, and have it carried out by who confirmed it."""
        self.goes_by()
        self._in_vain(sheet, how, lambda rows: ROWS[how](rows, sheet))

    def say_decided(self, sheet: Sheet) -> None:
        """Change every row of a list that is nowhere near its execution, or long past it, as if it were to begin."""
        self.goes_by()
        self._in_vain(sheet, "decided by rows", lambda rows: decided(rows, sheet))

    def _in_vain(self, sheet: Sheet, how: str, change: Callable[[Rows], None]) -> None:
        may = self.law.may_execute(sheet, sheet.receiver, self.now)
        before = self.house.copies()
        with self.house.register_put_back():
            with closing(sqlite3.connect(self.house.data / "register.db")) as rows, rows:
                change(rows)
            try:
                execute(
                    sheet.id, viewer=viewer(sheet.receiver or "binh"), now=self.now, ask=self.house.holders
                )
            except TangThuError:
                pass
            else:
                raise AssertionError(f"carried out with {how}")
            assert self.house.copies() == before, f"erased with {how}"
        self.tally[f"tampered: {how}{'' if may else ' in vain anyway'}"] += 1
