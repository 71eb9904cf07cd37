"""The part of a case file's page where an archivist sets its period: the appraisal (xác định giá trị tài liệu)."""

from __future__ import annotations

from typing import Any

from archive.register.models import CaseFile, CaseFileState
from archive.viewer import Role
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined
from retention import appraisal
from retention.schedule import Suggestion

LONGEST_PERIOD, LONGEST_REASON = 40, 2000


class AppraisingScreen(Screen):
    """A screen about a case file (`path[0]`, `file`) whose period its agency's archivists may set."""

    longest_period, longest_reason = LONGEST_PERIOD, LONGEST_REASON
    file: Any

    @property
    def may_appraise(self) -> bool:
        """Say whether the form is shown; who may set a period is decided below."""
        archivist = self.viewer.has(Role.ARCHIVIST, self.file.agency_code)
        return archivist and self.file.state == CaseFileState.STORED

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Return the rows of the schedules the case file looks like."""
        return appraisal.suggested(self.session, self.file)

    def row_value(self, one: Suggestion) -> str:
        """Return what the form sends for a row."""
        return f"{one.schedule.id}:{one.line.ref}"

    def set_period(self) -> str:
        """Set the period and say what the last day is now."""
        case_file_id = self.path[0] if self.path else ""
        schedule, _colon, ref = self.text("row").partition(":")
        with joined() as session:
            appraisal.set_period(
                session,
                case_file_id,
                self.text("period", LONGEST_PERIOD),
                reason=self.text("reason", LONGEST_REASON),
                viewer=self.viewer,
                now=self.now,
                row=(schedule, ref) if schedule or ref else None,
            )
            file = session.get_one(CaseFile, case_file_id)
            permanent, last_day = file.permanent, file.last_day
        if permanent:
            self.say(_("The period is set: the case file is kept permanently."))
        else:
            day = {"day": self.day(last_day)}
            self.say(_("The period is set: the case file is kept until ${day}.", mapping=day))
        return f"{self.here}#retention"
