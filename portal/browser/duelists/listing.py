"""`danh-muc-nop-luu`: the lines by state with counts, and a form to put a spreadsheet on the list.

`danh-muc-nop-luu/mau` gives an empty list to begin with, `danh-muc-nop-luu/dong` is the form for a single line.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

from plone import api
from zExceptions import NotFound

from archive.errors import TangThuError
from archive.hashing import hashed_copy
from archive.reason import because
from archive.register.agreements import DueFile
from archive.viewer import ALL_AGENCIES
from ingest.duelists import lists
from ingest.duelists.lists import DueListError, Listed
from ingest.duelists.sheet import HEADINGS, read_sheet
from ingest.errors import IngestError
from ingest.seen_by import SEES
from portal.browser.beside import BesideScreen
from portal.browser.duelists.words import QUESTIONS, STATES, TONES
from portal.browser.screen import Pages
from portal.i18n import _
from portal.register import joined

SIZE = 50
LARGEST = 10 * 2**20
"""Bytes of a spreadsheet that is put on the list by hand."""
SHOWN = 20
"""Problems of a sheet that are shown; of more, the count."""


class DueFilesScreen(BesideScreen):
    """The list; a spreadsheet that is refused shows the page again with everything that is wrong in it."""

    filters: ClassVar[frozenset[str]] = frozenset({"state", "agency", "sort"})
    acts: ClassVar[Mapping[str, str]] = {"put": "put"}
    problems: tuple[str, ...] = ()
    more: int = 0

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of the form for one line to its own screen."""
        if not self.path and name == "dong":
            return api.content.get_view("dong-danh-muc", self.context, request)
        if not self.path and name == "mau":
            self.path = (name,)
            return self
        raise NotFound(name)

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/danh-muc-nop-luu"

    def prepare(self) -> Any:
        """Read one page of the list."""
        if self.path == ("mau",):
            return self._template()
        state = self.text("state", 12)
        self.state = state if state in {*map(str, STATES), *QUESTIONS} else ""
        self.agency = self.text("agency", 35)
        self.sort = self.text("sort", 12) or "planned"
        self.listing = lists.listing(
            self.session,
            viewer=self.viewer,
            today=self.today,
            agency=self.agency,
            state=self.state,
            sort=self.sort,
            page=self.number("page", 1),
            size=SIZE,
        )
        self.pages = Pages(self.listing.total, self.listing.page, self.listing.size)
        self.names = self.agency_names()
        seen = self.viewer.agencies_with(SEES)
        mine = set(self.names) if ALL_AGENCIES in seen else set(seen)
        self.names = {code: name for code, name in self.names.items() if code in mine}
        self.mine = {code: name for code, name in self.names.items() if lists.may_list(code, self.viewer)}
        return None

    @property
    def more_words(self) -> str:
        """Return how many problems are not shown."""
        return self.t(_("and ${count} more", mapping={"count": self.more}))

    def tabs(self) -> list[dict[str, Any]]:
        """Return the states with their counts, what is late and what is due soon first."""
        counts = self.listing.counts
        told = [(name, title, tone) for name, (title, tone) in QUESTIONS.items()]
        told += [(str(state), title, "") for state, title in STATES.items()]
        return [
            {
                "title": title,
                "count": counts.get(name, 0),
                "tone": tone if counts.get(name) else None,
                "url": self.with_query(state=name, page=""),
                "here": self.state == name,
            }
            for name, title, tone in told
        ]

    @property
    def all_count(self) -> int:
        """Return how many lines there are in any state."""
        return sum(self.listing.counts.get(str(state), 0) for state in STATES)

    def pill(self, one: Listed) -> dict[str, str]:
        """Return a line's state in words, with its tone."""
        return {"words": self.t(STATES[one.state]), "tone": TONES[one.state]}

    def when(self, one: Listed) -> dict[str, str]:
        """Return how far off a line's day is, in words, with its tone; nothing when it is stored."""
        if one.state == lists.DueState.STORED:
            return {"words": "", "tone": "quiet"}
        days = (one.line.planned_on - self.today).days
        if days < 0:
            told = _("${days} days late", mapping={"days": -days})
            return {"words": self.t(told), "tone": "bad"}
        if one.soon:
            told = _("in ${days} days", mapping={"days": days}) if days else _("today")
            return {"words": self.t(told), "tone": "wait"}
        return {"words": "", "tone": "quiet"}

    def line_query(self, line: DueFile) -> str:
        """Return how the form for one line is told which."""
        return urlencode({"agency": line.agency_code, "code": line.code})

    def note(self, error: TangThuError) -> None:
        """Keep everything that is wrong in the sheet, and how much more there is."""
        super().note(error)
        if isinstance(error, DueListError):
            self.trouble = self.t(_("No line was taken. Mend the sheet and put it in again:"))
            self.problems = tuple(self.because(problem) for problem in error.problems[:SHOWN])
            self.more = max(0, len(error.problems) - SHOWN)

    def put(self) -> str:
        """Put a spreadsheet on the list; return the address of the list as it was shown."""
        upload = self.request.form.get("sheet")
        name = getattr(upload, "filename", "") or ""
        if not name:
            raise IngestError(because("portal.no-sheet-chosen"))
        agency = self.text("of", 35)
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "sheet"
            with path.open("wb") as target:
                if hashed_copy(upload, target, limit=LARGEST).size > LARGEST:
                    raise IngestError(because("ingest.larger-than", bytes=LARGEST))
            read = read_sheet(path, name, Path(scratch))
        if read.problems:
            raise DueListError(read.problems)
        with joined() as session:
            changed = lists.put(session, agency, read.lines, viewer=self.viewer, now=self.now)
        self.say(
            _(
                "${lines} lines read, ${changed} new or changed.",
                mapping={"lines": len(read.lines), "changed": changed},
            )
        )
        return self.with_query()

    def _template(self) -> str:
        """Answer with an empty list: the column names, in a CSV that spreadsheet programs open as it is."""
        made = io.StringIO()
        csv.writer(made, delimiter=";").writerow(HEADINGS)
        response = self.request.response
        response.setHeader("Content-Type", "text/csv; charset=utf-8")
        response.setHeader("Content-Disposition", 'attachment; filename="danh-muc-ho-so-den-han.csv"')
        return "\ufeff" + made.getvalue()
