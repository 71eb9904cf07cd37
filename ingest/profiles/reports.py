"""When a regulation's reports are due (An Giang 20.7: before 10 June and 10 December)."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.profiles.schema import Reports


def last_day(reports: Reports | None, today: date) -> date | None:
    """Return the last day on which the next report is in time, today included; None when none has a day.

    "Before" is strict: a report due before 10 June is in time until 9 June.
    """
    if reports is None:
        return None
    days = [
        date(year, int(day[:2]), int(day[3:])) - timedelta(days=1)
        for year in (today.year, today.year + 1)
        for day in reports.before
    ]
    return min((day for day in days if day >= today), default=None)
