"""Office hours: when an office is open, when it opens next, and when so many working hours are over.

Pure functions over frozen values; times are aware, days and hours are those of the office's own zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.vietnam import VIETNAM
from ingest.clock.errors import CalendarError

LOOK_AHEAD = 60  # days without an opening after which a calendar is wrong, not the office on holiday


@dataclass(frozen=True)
class Shift:
    """A stretch of a working day, `opens` included, `closes` not."""

    opens: time
    closes: time


@dataclass(frozen=True)
class OfficeHours:
    """When an office works (giờ hành chính).

    Attributes:
        shifts: of a working day, in order, without overlap.
        weekdays: ISO numbers, Monday is 1.
        holidays: days off whatever the weekday.
        extra_days: working days whatever the weekday (làm bù).
        zone: IANA name of the zone the shifts are in.
    """

    shifts: tuple[Shift, ...]
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()
    extra_days: frozenset[date] = frozenset()
    zone: str = VIETNAM.key

    def works_on(self, day: date) -> bool:
        """Return whether the office works on this day."""
        return day in self.extra_days or (day.isoweekday() in self.weekdays and day not in self.holidays)

    def local(self, at: datetime) -> datetime:
        """Return the moment in the office's own zone."""
        return at.astimezone(ZoneInfo(self.zone))


def is_open(hours: OfficeHours, at: datetime) -> bool:
    """Return whether the office is open at this moment."""
    return any(opens <= at < closes for opens, closes in _shifts_of(hours, hours.local(at).date()))


def next_opening(hours: OfficeHours, at: datetime) -> datetime:
    """Return the moment itself when the office is open, else when it opens next.

    Raises:
        CalendarError: it does not open in the next 60 days.
    """
    for opens, closes in _shifts_from(hours, at):
        if at < closes:
            return max(opens, hours.local(at))
    raise AssertionError("unreachable")


def add_working(hours: OfficeHours, at: datetime, length: timedelta) -> datetime:
    """Return when so much office time has passed; only open hours count.

    A length that ends with a shift ends at its closing, not at the next opening.

    Raises:
        CalendarError: the office does not open in 60 days.
    """
    left = length
    for opens, closes in _shifts_from(hours, at):
        begins = max(opens, hours.local(at))
        if begins >= closes:
            continue
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise AssertionError("unreachable")


def end_of_next_morning(hours: OfficeHours, at: datetime) -> datetime:
    """Return when the first shift of the next working day closes (cuối buổi sáng ngày làm việc tiếp theo).

    The day of the moment itself is not its next day, however early it is.

    Raises:
        CalendarError: no working day in the next 60 days.
    """
    return _next_day(hours, at)[0][1]


def end_of_day(hours: OfficeHours, at: datetime) -> datetime:
    """Return when the office closes on the day of the moment; past that, or on a day off, on the next working day.

    Raises:
        CalendarError: no working day in the next 60 days.
    """
    today = list(_shifts_of(hours, hours.local(at).date()))
    if today and at <= today[-1][1]:
        return today[-1][1]
    return _next_day(hours, at)[-1][1]


def _next_day(hours: OfficeHours, at: datetime) -> list[tuple[datetime, datetime]]:
    day = hours.local(at).date()
    for ahead in range(1, LOOK_AHEAD + 1):
        if shifts := list(_shifts_of(hours, day + timedelta(days=ahead))):
            return shifts
    raise CalendarError(f"the office works on none of the {LOOK_AHEAD} days after {day}")


def _shifts_from(hours: OfficeHours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    day, empty = hours.local(at).date(), 0
    while True:
        shifts = list(_shifts_of(hours, day))
        yield from shifts
        empty = 0 if shifts else empty + 1
        if empty > LOOK_AHEAD:
            raise CalendarError(f"the office works on none of the {LOOK_AHEAD} days before {day}")
        day += timedelta(days=1)


def _shifts_of(hours: OfficeHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    if hours.works_on(day):
        zone = ZoneInfo(hours.zone)
        for shift in hours.shifts:
            yield datetime.combine(day, shift.opens, zone), datetime.combine(day, shift.closes, zone)
