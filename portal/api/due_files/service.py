"""GET @due-files, POST @due-files, POST @due-files/withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from archive.vietnam import day_of
from ingest.duelists import lists
from ingest.duelists.cli import facts_of
from ingest.duelists.lines import FIELDS, MOST_LINES, lines_of
from ingest.duelists.lists import DueListError, DueState
from portal.api.service import ArchiveService, ProblemError
from portal.register import joined

SIZES = 500
STATES = frozenset({*map(str, DueState), "overdue", "soon"})


class GetDueFiles(ArchiveService):
    """The lines the caller may see, each with how far it has come."""

    permission = "Tang Thu: Read submissions"

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return a page of the list."""
        state = self.word("state", 12)
        if state and state not in STATES:
            raise ProblemError(400, "Bad request", f"no state {state}")
        page = lists.listing(
            session,
            viewer=self.viewer,
            today=day_of(self.now),
            agency=self.word("agency", 35),
            state=state,
            sort=self.word("sort", 12) or "planned",
            page=self.number("page", 1, 100_000),
            size=self.number("size", 50, SIZES),
        )
        return {
            "total": page.total,
            "page": page.page,
            "size": page.size,
            "counts": dict(page.counts),
            "items": [facts_of(one) for one in page.items],
        }


class PostDueFiles(ArchiveService):
    """Put lines on an agency's list, or take them off."""

    permission = "Tang Thu: Read submissions"
    depth: ClassVar[int] = 1

    def answer(self) -> Mapping[str, Any]:
        """Do what the address names; with anything wrong in the lines none is taken."""
        self.refuse_forms()
        given = self.body()
        agency = given.get("agency", "")
        if not isinstance(agency, str) or not agency:
            raise ProblemError(400, "Bad request", "agency: the code of the agency")
        if self.path == ("withdraw",):
            return self._withdrawn(agency, given)
        if self.path:
            raise ProblemError(404, "Not found", "POST @due-files or @due-files/withdraw")
        rows = given.get("lines")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProblemError(400, "Bad request", "lines: a list of objects")
        if unknown := {key for row in rows[: MOST_LINES + 1] for key in row} - set(FIELDS):
            raise ProblemError(400, "Bad request", f"lines: no field {sorted(map(str, unknown))[0]}")
        read = lines_of(
            (number, {key: value if isinstance(value, str) else "" for key, value in row.items()})
            for number, row in enumerate(rows, 1)
        )
        if read.problems:
            raise DueListError(read.problems)
        with joined() as session:
            changed = lists.put(session, agency, read.lines, viewer=self.viewer, now=self.now)
        return {"agency": agency, "lines": len(read.lines), "changed": changed}

    def _withdrawn(self, agency: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        codes, why = given.get("codes"), given.get("why", "")
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise ProblemError(400, "Bad request", "codes: a list of file codes")
        with joined() as session:
            gone = lists.withdraw(
                session,
                agency,
                codes[:MOST_LINES],
                why=why if isinstance(why, str) else "",
                viewer=self.viewer,
                now=self.now,
            )
        return {"agency": agency, "withdrawn": gone}
