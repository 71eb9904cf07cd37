"""`danh-muc-nop-luu/dong`: put in or change a single line, or take it off; what was typed stays when it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from zExceptions import NotFound

from archive.errors import TangThuError
from archive.reason import Reason
from archive.register.agreements import DueFile
from ingest.duelists import lists
from ingest.duelists.lines import FIELDS, lines_of
from ingest.duelists.lists import DueListError
from portal.browser.beside import BesideScreen
from portal.days import iso_text
from portal.i18n import _
from portal.register import joined


class DueLineScreen(BesideScreen):
    """The form for one line."""

    filters: ClassVar[frozenset[str]] = frozenset({"agency", "code"})
    acts: ClassVar[Mapping[str, str]] = {"put": "put", "withdraw": "withdraw"}
    problems: tuple[str, ...] = ()

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/danh-muc-nop-luu/dong"

    def prepare(self) -> Any:
        """Read the line that is to be changed; without one the form is empty."""
        names = self.agency_names()
        self.names = {code: name for code, name in names.items() if lists.may_list(code, self.viewer)}
        if not self.names:
            raise NotFound("no list you may change")
        agency, code = self.text("agency", 35), self.text("code", 100)
        row = self.session.get(DueFile, (agency, code)) if agency in self.names and code else None
        self.row = row if row is not None and row.withdrawn_at is None else None
        posted = self.request.method == "POST"
        self.filled = {name: self.text(name, 1000) for name in ("agency", *FIELDS)}
        if not posted and self.row is not None:
            found = self.row
            self.filled = {
                "agency": found.agency_code,
                "code": found.code,
                "title": found.title,
                "period": found.period,
                "ended_on": found.ended_on.isoformat() if found.ended_on else "",
                "planned_on": found.planned_on.isoformat(),
                "note": found.note,
            }

    def value(self, name: str) -> str:
        """Return what stands in a field."""
        return self.filled.get(name, "")

    def note(self, error: TangThuError) -> None:
        """Keep everything that is wrong in the line."""
        found = error.problems if isinstance(error, DueListError) else (error.reason,)
        self.problems = tuple(self.because(_alone(problem)) for problem in found)

    def put(self) -> str:
        """Put the line on the list; return the list's address."""
        typed = {name: self.text(name, 1001) for name in FIELDS}
        read = lines_of([(1, typed | {name: iso_text(typed[name]) for name in ("ended_on", "planned_on")})])
        if read.problems:
            raise DueListError(read.problems)
        with joined() as session:
            changed = lists.put(
                session, self.text("agency", 35), read.lines, viewer=self.viewer, now=self.now
            )
        self.say(_("The line is on the list.") if changed else _("Nothing was changed."))
        return f"{self.root}/danh-muc-nop-luu"

    def withdraw(self) -> str:
        """Take the line off the list; return the list's address."""
        with joined() as session:
            lists.withdraw(
                session,
                self.text("agency", 35),
                [self.text("code", 100)],
                why=self.text("why", 500),
                viewer=self.viewer,
                now=self.now,
            )
        self.say(_("The line was taken off the list."))
        return f"{self.root}/danh-muc-nop-luu"


def _alone(problem: Reason) -> Reason:
    """Return what is wrong without the number of the line: there is one only."""
    why = problem.params.get("why")
    return why if isinstance(why, Reason) else problem
