"""`bang-thoi-han/moi`: a spreadsheet is looked through first; only one without anything to mend can be proposed.

Between the two the lines stand in the form and nowhere else; what comes back is looked through again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from archive.errors import NotAllowedError, TangThuError
from archive.reason import because
from archive.viewer import ALL_AGENCIES, Role
from portal.browser.beside import BesideScreen
from portal.browser.form_fields import Field, day_of
from portal.browser.screen import SHOW
from portal.i18n import _
from portal.register import joined
from retention import versions
from retention.errors import ScheduleRefusedError, SheetError
from retention.own_lines import Own, as_json, own_lines, sheet_of
from retention.sheet_file import read_sheets

PAPER = (
    Field("name", _("Name of the schedule")),
    Field("number", _("Number and notation")),
    Field("signed_on", _("Signed on"), "date"),
    Field("signed_by", _("Signed by: name and position")),
    Field("valid_from", _("Holds from"), "day"),
    Field("valid_until", _("Holds until (empty: until another version)"), "day", required=False),
)
"""What the paper that issued it must have."""
SHOWN = 100
"""Problems, and lines, that are shown."""
LONGEST = 8_000_000
"""Characters of the lines on their way back."""


class NewScheduleScreen(BesideScreen):
    """The form; a refused act shows it again with what was typed and everything that is wrong."""

    acts: ClassVar[Mapping[str, str]] = {"look": "look", "propose": "propose"}
    own: Own | None = None

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/bang-thoi-han/moi"

    def prepare(self) -> Any:
        """Read the agencies this person may propose for."""
        mine = self.viewer.agencies_with(frozenset({Role.ARCHIVIST}))
        if not mine:
            raise NotAllowedError(
                because("archive.role-missing", who=self.viewer.name, role=Role.ARCHIVIST, agency="—")
            )
        names = self.agency_names()
        self.names = {code: name for code, name in names.items() if ALL_AGENCIES in mine or code in mine}
        if ALL_AGENCIES in mine:
            self.names[ALL_AGENCIES] = self.t(_("All agencies"))

    def value(self, name: str) -> str:
        """Return what was typed into a field."""
        return self.given(name, most=300)

    def note(self, error: TangThuError) -> None:
        """Keep why it was refused; of a sheet, everything that is wrong."""
        super().note(error)
        if isinstance(error, ScheduleRefusedError):
            self.own = Own((), error.problems)
            self.trouble = self.t(_("Nothing was written. Mend the rows below and put the sheet in again."))

    def look(self) -> Any:
        """Look through a spreadsheet; nothing is written."""
        chosen = self.files("sheet")
        if not chosen:
            raise SheetError(because("portal.no-sheet-chosen"))
        self.own = own_lines(read_sheets(chosen[0][1]))
        if self.own.refused:
            self.trouble = self.t(_("Nothing was written. Mend the rows below and put the sheet in again."))
        return SHOW

    def propose(self) -> str:
        """Propose the lines that were looked through."""
        own = self._came_back()
        self.own = own
        self.ask_for(PAPER)
        with joined() as session:
            row = versions.propose(
                session,
                versions.Draft(
                    agency=self.text("agency", 35),
                    name=self.text("name", 300),
                    number=self.text("number", 100),
                    signed_on=day_of(self.text("signed_on", 10)),
                    signed_by=self.text("signed_by", 300),
                    valid_from=day_of(self.text("valid_from", 10)),
                    valid_until=day_of(until) if (until := self.text("valid_until", 10)) else None,
                    lines=own.lines,
                ),
                viewer=self.viewer,
                now=self.now,
            )
            id = row.id
        self.say(_("Proposed. See what it would move, then the head puts it in force."))
        return f"{self.root}/bang-thoi-han/{id}"

    def _came_back(self) -> Own:
        """Return the lines of the form, looked through by the same rules.

        Raises:
            SheetError: they are none.
            ScheduleRefusedError: something stands against them.
        """
        try:
            told = json.loads(self.text("lines", LONGEST))
            own = own_lines(sheet_of(told))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SheetError(because("portal.no-sheet-chosen")) from error
        if own.refused:
            raise ScheduleRefusedError(own.problems)
        return own

    # what the page shows of the sheet

    @property
    def lines(self) -> str:
        """Return the lines as they stand in the form."""
        return json.dumps(as_json(self.own.lines if self.own else ()), ensure_ascii=False)

    @property
    def ready(self) -> bool:
        """Say whether a sheet was looked through and may be proposed."""
        return self.own is not None and not self.own.refused

    def problems(self) -> list[dict[str, Any]]:
        """Return what is wrong, as the table shows it; what blocks first."""
        problems = self.own.problems if self.own else ()
        return [
            {
                "row": problem.row or "—",
                "cell": problem.cell,
                "column": problem.column,
                "value": problem.value,
                "why": self.because(problem.why),
                "mend": self.because(problem.mend),
                "blocks": problem.blocks,
            }
            for problem in sorted(problems, key=lambda problem: not problem.blocks)[:SHOWN]
        ]

    @property
    def counted(self) -> str:
        """Return how much was read and how much is wrong, in words."""
        own = self.own or Own((), ())
        mend = sum(problem.blocks for problem in own.problems)
        if not own.lines:
            return self.t(_("No line could be read; ${mend} places to mend.", mapping={"mend": mend}))
        told = _(
            "${lines} lines read, ${mend} places to mend, ${look} to be looked at.",
            mapping={"lines": len(own.lines), "mend": mend, "look": len(own.problems) - mend},
        )
        return self.t(told)

    @property
    def first_lines(self) -> list[Any]:
        """Return the lines that are shown."""
        return list(self.own.lines[:SHOWN]) if self.own else []

    @property
    def more_lines(self) -> str:
        """Return that there are more lines than are shown, "" when there are not."""
        more = len(self.own.lines) - SHOWN if self.own else 0
        return self.t(_("and ${count} more", mapping={"count": more})) if more > 0 else ""
