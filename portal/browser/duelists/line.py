"""`danh-muc-nop-luu/dong`: put in or change a single line, or take it off; what was typed stays when it is refused."""

from __future__ import annotations

from typing import Any, ClassVar

from plone.protect.authenticator import check as check_authenticator
from zExceptions import NotFound

from archive.errors import NotAllowedError, TangThuError
from archive.reason import Reason
from archive.register.agreements import DueFile
from archive.register.session import reading
from ingest.duelists import lists
from ingest.duelists.lines import FIELDS, lines_of
from ingest.duelists.lists import DueListError
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined


class DueLineScreen(Screen):
    """The form for one line."""

    filters: ClassVar[frozenset[str]] = frozenset({"agency", "code"})
    problems: tuple[str, ...] = ()

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/danh-muc-nop-luu/dong"

    def __call__(self) -> Any:
        """Show the form; a POST that was refused shows it again, with what was typed and what is wrong."""
        if self.request.method != "POST":
            return super().__call__()
        check_authenticator(self.request)
        self.dress()
        try:
            if "withdraw" in self.request.form:
                self._withdraw()
            else:
                self._put()
            return self.request.response.redirect(f"{self.root}/danh-muc-nop-luu")
        except NotAllowedError as error:
            return self.refused(error)
        except DueListError as error:
            self.problems = tuple(self.because(_alone(problem)) for problem in error.problems)
        except TangThuError as error:
            self.problems = (self.because(error.reason),)
        with reading() as session:
            self.session = session
            self.prepare()
            return self.index()

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

    def _put(self) -> None:
        read = lines_of([(1, {name: self.text(name, 1001) for name in FIELDS})])
        if read.problems:
            raise DueListError(read.problems)
        with joined() as session:
            changed = lists.put(
                session, self.text("agency", 35), read.lines, viewer=self.viewer, now=self.now
            )
        self.say(_("The line is on the list.") if changed else _("Nothing was changed."))

    def _withdraw(self) -> None:
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


def _alone(problem: Reason) -> Reason:
    """Return what is wrong without the number of the line: there is one only."""
    why = problem.params.get("why")
    return why if isinstance(why, Reason) else problem
