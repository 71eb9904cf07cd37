"""The time a delivery is to be dealt with in, in words: what is left, or by how much it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.register.models import Submission, SubmissionState
from ingest.clock.standing import Standing, standing
from portal.i18n import _

SOON = timedelta(hours=4)
STATES_WITHOUT = frozenset({SubmissionState.SUPERSEDED, SubmissionState.NOTED})


@dataclass(frozen=True)
class Deadline:
    """As a page shows it.

    Attributes:
        words: a message.
        tone: of the pill.
    """

    due_at: datetime
    words: object
    tone: str


def deadline_of(row: Submission, now: datetime) -> Deadline | None:
    """Return the deadline of a delivery; None when its regulation sets none, or nothing is to be dealt with."""
    if row.state in STATES_WITHOUT:
        return None
    found = standing(row.due_at, row.decided_at, now)
    return None if found is None else Deadline(found.due_at, _words(found), _tone(found))


def _words(found: Standing) -> object:
    if found.decided:
        return _("decided late by ${time}", mapping=_time(found)) if found.late else _("decided in time")
    return (
        _("overdue by ${time}", mapping=_time(found))
        if found.late
        else _("${time} left", mapping=_time(found))
    )


def _time(found: Standing) -> dict[str, object]:
    minutes = int(abs(found.margin).total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days and hours:
        told = _("${days} d ${hours} h", mapping={"days": days, "hours": hours})
    elif days:
        told = _("${days} d", mapping={"days": days})
    elif hours:
        told = _("${hours} h ${minutes} min", mapping={"hours": hours, "minutes": minutes % 60})
    else:
        told = _("${minutes} min", mapping={"minutes": minutes})
    return {"time": told}


def _tone(found: Standing) -> str:
    if found.decided:
        return "quiet"
    if found.late:
        return "bad"
    return "wait" if found.margin < SOON else "quiet"
