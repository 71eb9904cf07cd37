"""What the pages about schedules say of states and ways."""

from __future__ import annotations

from archive.register.schedules import ScheduleState
from portal.i18n import _
from retention.simulate import Way

TONES = {
    ScheduleState.PROPOSED: "wait",
    ScheduleState.APPROVED: "ok",
    ScheduleState.REFUSED: "bad",
    ScheduleState.WITHDRAWN: "quiet",
}
WAYS = {
    Way.LONGER: _("Longer"),
    Way.SHORTER: _("Shorter"),
    Way.CLEAR: _("Unclear until now"),
    Way.SAME: _("The same"),
    Way.OPEN: _("Row without a number of years"),
    Way.NO_ROW: _("No row looks like it"),
}
WAY_TONES = {Way.LONGER: "wait", Way.SHORTER: "bad", Way.CLEAR: "ok"}
