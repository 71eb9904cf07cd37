"""Days are counted in Việt Nam, by one zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from archive.vietnam import VIETNAM, day_of, local


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 2, 16, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 17, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 3, 2, 18, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2025, 12, 31, 18, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_the_day_in_vietnam_begins_seven_hours_before_that_of_utc(at: datetime, day: date) -> None:
    assert day_of(at) == day
    assert local(at).utcoffset() == timedelta(hours=7)


def test_no_other_file_makes_a_zone_of_its_own() -> None:
    house = Path(__file__).parents[2]
    zone = re.compile(r"Asia/Ho_Chi_Minh|Asia/Saigon|timezone\(timedelta\(hours=7")
    rooms = ("archive", "ingest", "search", "retention", "exports", "operations", "portal")
    found = {
        str(path.relative_to(house))
        for room in rooms
        for path in (house / room).rglob("*.py")
        if zone.search(path.read_text("utf-8"))
    }
    assert found == {"archive/vietnam.py"}
    assert str(VIETNAM) == "Asia/Ho_Chi_Minh"
