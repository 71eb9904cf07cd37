"""Whether the days off that follow the lunar calendar were entered for a year: their dates are never computed here.

Which days are off is announced each year, and the operator enters them. Where they can lie in the sun's year is
astronomy: the first lunar month holds the sun's term Vũ thủy (18 or 19 February), so Tết is from 21 January to 20
February; the third holds Cốc vũ (19 or 20 April in this century), so its tenth day is from 30 March to 29 April. No
day off of the sun's calendar lies in either stretch.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date
from enum import StrEnum


class Feast(StrEnum):
    """A public holiday whose days are announced each year."""

    TET = "tet"  # Tết Nguyên đán
    KINGS = "gio-to"  # Giỗ Tổ Hùng Vương, the tenth of the third month


STRETCH = {Feast.TET: ((1, 17), (2, 28)), Feast.KINGS: ((3, 30), (4, 29))}
"""Month and day between which some day of it is off; around Tết also the days that are joined to it."""


def missing(holidays: Set[date], year: int) -> tuple[Feast, ...]:
    """Return the feasts of a year of which a calendar has no day."""
    return tuple(
        feast
        for feast, (first, last) in STRETCH.items()
        if not any(date(year, *first) <= day <= date(year, *last) for day in holidays)
    )
