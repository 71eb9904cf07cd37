"""`bang-thoi-han`: agencies' own schedules and the state's; below it single ones, the form, the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plone import api
from zExceptions import NotFound

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.schedules import ScheduleState, ScheduleVersion
from archive.viewer import ALL_AGENCIES, Role
from portal.browser.schedules.words import TONES
from portal.browser.screen import Screen
from portal.i18n import _
from portal.sending import disposition
from retention import versions
from retention.own_schedules import own_schedules
from retention.schedule import schedules
from retention.template import template

NEW = "moi"
TEMPLATES = {
    "mau.xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "mau.csv": ("csv", "text/csv; charset=utf-8"),
}


@dataclass(frozen=True)
class Row:
    """One version's line.

    Attributes:
        holds: it is the one that holds today.
    """

    version: ScheduleVersion
    agency: str
    holds: bool


class SchedulesScreen(Screen):
    """Every version this person may see, those that wait first."""

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one schedule, or of the form, to its own screen; the templates are answered here."""
        if self.path:
            raise NotFound(name)
        if name == NEW:
            return api.content.get_view("bang-thoi-han-moi", self.context, request)
        if name in TEMPLATES:
            self.path = (name,)
            return self
        one = api.content.get_view("mot-bang-thoi-han", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read the versions."""
        if not self.viewer.agencies_with(versions.SEES):
            raise NotAllowedError(because("archive.no-part", who=self.viewer.name, agency="—"))
        if self.path:
            return self._template(self.path[0])
        names = self.agency_names()
        rows = versions.listing(self.session, viewer=self.viewer)
        holding = {
            known.id
            for agency in {row.agency_code for row in rows}
            for known in own_schedules(self.session, agency)
            if known.in_force(self.today)
        }
        self.rows = [
            Row(row, self.agency_name(row.agency_code, names), row.id in holding)
            for row in sorted(rows, key=lambda row: row.state != ScheduleState.PROPOSED)
        ]
        self.state_schedules = schedules()
        self.may_propose = bool(self.viewer.agencies_with(frozenset({Role.ARCHIVIST})))
        return None

    def agency_name(self, code: str, names: dict[str, str]) -> str:
        """Return whose schedule it is, in words."""
        return self.t(_("All agencies")) if code == ALL_AGENCIES else names.get(code, code)

    def state(self, row: ScheduleVersion) -> str:
        """Return a version's state in words."""
        return self.label("SCHEDULE_STATES", ScheduleState(row.state))

    def pill(self, row: ScheduleVersion) -> str:
        """Return the tone of a version's state."""
        return TONES[ScheduleState(row.state)]

    def _template(self, name: str) -> bytes:
        form, kind = TEMPLATES[name]
        response = self.request.response
        response.setHeader("Content-Type", kind)
        response.setHeader("Content-Disposition", disposition(f"mau-bang-thoi-han.{form}", inline=False))
        return template("csv" if form == "csv" else "xlsx")
