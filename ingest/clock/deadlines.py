"""When an arrival counts as received, and until when it must be dealt with, by what the regulation says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.clock.errors import CalendarError
from ingest.clock.hours import OfficeHours, add_working, end_of_day, end_of_next_morning, next_opening
from ingest.profiles.schema import Clock

_OFFICE_HOURS = re.compile(r"([1-9][0-9]?) office hours")


@dataclass(frozen=True)
class Arrival:
    """The two moments a regulation makes of an arrival.

    Attributes:
        legal_at: when it counts as received (thời điểm nhận).
        due_at: until when it must be registered; None when the regulation is silent.
    """

    legal_at: datetime
    due_at: datetime | None


def arrival(clock: Clock | None, hours: OfficeHours, at: datetime) -> Arrival:
    """Return when an arrival counts as received and is due.

    Rule: An Giang 50/2018/QĐ-UBND Điều 6.2.b, 15; Lạng Sơn 31/2020 Điều 11 (out of hours: at the next opening);
    Cao Bằng 08/2021 Điều 7.2, 9 (as it is, due on the next working morning).

    Args:
        clock: what the profile says; None: as it is, and nothing is due.
        at: aware moment of arrival.

    Raises:
        CalendarError: the calendar leaves no working day.
    """
    if clock is None:
        return Arrival(at, None)
    legal = next_opening(hours, at) if clock.out_of_hours == "next-opening" else hours.local(at)
    return Arrival(legal, within(clock.registered_within, hours, legal))


def within(limit: str, hours: OfficeHours, since: datetime) -> datetime | None:
    """Return the last moment that is in time; None when there is no limit.

    Args:
        limit: `N office hours`, `same-day`, `next-working-morning`, or "" for none.

    Raises:
        CalendarError: a limit of another form, or no working day.
    """
    if not limit:
        return None
    if limit == "same-day":
        return end_of_day(hours, since)
    if limit == "next-working-morning":
        return end_of_next_morning(hours, since)
    match = _OFFICE_HOURS.fullmatch(limit)
    if match is None:
        raise CalendarError(
            f"no time limit {limit!r}; there are: N office hours, same-day, next-working-morning"
        )
    return add_working(hours, since, timedelta(hours=int(match[1])))
