"""The doctor on the office calendar: whether it can be read, and for which years Tết and Giỗ Tổ were entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from archive.reason import because
from ingest.clock.calendar import OWN, hours_of
from ingest.clock.errors import CalendarError
from ingest.clock.lunar import missing
from ingest.settings import IngestSettings
from operations.sign import Sign

NAME = "office calendar"


def calendar(today: date) -> Iterator[Sign]:
    """Yield one sign for this year and the next, of the calendar that counts where no agency has its own.

    A feast that was not entered is told and no illness: the house runs, but counts the office hours of its days.
    """
    path = IngestSettings.load().office_calendar or OWN
    try:
        off = hours_of("", "").holidays
    except CalendarError as error:
        yield Sign(NAME, False, error.reason, because("operations.mend-calendar", where=str(path)))
        return
    years = (today.year, today.year + 1)
    some = [
        because("operations.feast-of", feast=feast, year=str(year))
        for year in years
        for feast in missing(off, year)
    ]
    if some:
        lacking = because("operations.feasts-missing", some=some)
        yield Sign(NAME, None, lacking, because("operations.enter-feasts"))
    else:
        first, last = map(str, years)
        yield Sign(NAME, True, because("operations.feasts-entered", first=first, last=last))
