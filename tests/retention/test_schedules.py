"""Schedules: the data as copied, the suggestions, the floor."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from retention.errors import BelowMinimumError, ScheduleError
from retention.period import PERMANENT, RetentionPeriod
from retention.schedule import COLUMNS, parse, require_minimum, schedule, schedules, suggest

OLD, NEW = schedule("tt-09-2011"), schedule("tt-10-2022")


def test_every_row_of_the_circular_of_2011_is_there() -> None:
    assert len(OLD.lines) == 274
    numbers = {int("".join(c for c in line.ref if c.isdigit())) for line in OLD.lines}
    assert numbers == set(range(1, 203))


def test_the_values_of_the_circular_of_2011_are_those_that_were_counted_by_hand() -> None:
    counted = Counter(str(line.period) for line in OLD.lines)
    assert counted["Vĩnh viễn"] == 115
    assert counted["70 năm"] == 6
    assert counted["20 năm"] == 46
    assert counted["10 năm"] == 55
    assert sum(line.trigger == "superseded" for line in OLD.lines) == 20


def test_the_circular_of_2022_is_marked_incomplete() -> None:
    assert not NEW.complete
    assert len(NEW.lines) == 13


@pytest.mark.parametrize(
    ("on", "ids"),
    [
        (date(2011, 7, 17), []),
        (date(2011, 7, 18), ["tt-09-2011"]),
        (date(2023, 2, 14), ["tt-09-2011"]),
        (date(2023, 2, 15), ["tt-10-2022"]),
        (date(2026, 1, 1), ["tt-10-2022"]),
    ],
)
def test_a_day_has_the_schedules_that_were_in_force_then(on: date, ids: list[str]) -> None:
    assert [one.id for one in schedules() if one.in_force(on)] == ids


@pytest.mark.parametrize(
    ("title", "ref"),
    [
        ("Hồ sơ kỷ luật cán bộ Nguyễn Văn A", "50"),
        ("HO SO KY LUAT CAN BO", "50"),
        ("Tập công văn trao đổi về công tác quy hoạch năm 2015", "24"),
    ],
)
def test_a_title_finds_its_row_with_or_without_accents(title: str, ref: str) -> None:
    best = suggest(title, on=date(2014, 3, 1))[0]
    assert (best.schedule.id, best.line.ref, best.in_force) == ("tt-09-2011", ref, True)
    assert best.shared


def test_a_row_out_of_force_comes_after_and_says_so() -> None:
    found = suggest("Công văn trao đổi về công tác quy hoạch", on=date(2024, 3, 1))
    assert [(one.schedule.id, one.in_force) for one in found][:2] == [
        ("tt-10-2022", True),
        ("tt-09-2011", False),
    ]


def test_a_title_unlike_every_row_gets_no_suggestion() -> None:
    assert suggest("Zyx qwerty", on=date(2014, 3, 1)) == ()
    assert suggest("", on=date(2014, 3, 1)) == ()


def test_a_period_below_the_assigned_row_is_refused_with_the_clause() -> None:
    with pytest.raises(BelowMinimumError, match=r"10 năm is below 70 năm.*09/2011.*row 50"):
        require_minimum(RetentionPeriod(10), OLD.line("50"), OLD)


@pytest.mark.parametrize("period", [RetentionPeriod(70), PERMANENT])
def test_a_period_at_or_above_the_assigned_row_is_accepted(period: RetentionPeriod) -> None:
    require_minimum(period, OLD.line("50"), OLD)


def test_a_fixed_period_is_below_a_permanent_row() -> None:
    with pytest.raises(BelowMinimumError):
        require_minimum(RetentionPeriod(70), OLD.line("2"), OLD)


def test_an_incomplete_schedule_refuses_nothing() -> None:
    require_minimum(RetentionPeriod(5), NEW.line("?2"), NEW)


HEAD = ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "columns"),
        (HEAD, "no rows"),
        (f"{HEAD}\n1,1,s,t,5 năm,5,never", "line 2: trigger 'never'"),
        (f"{HEAD}\n1,1,s,t,5 năm,500,closure", "line 2: retention_years '500'"),
        (f"{HEAD}\n1,1,s,t,5 năm,5,closure\n1,1,s,t,5 năm,5,closure", "line 3: ref '1'"),
    ],
)
def test_a_broken_schedule_is_refused_naming_the_line(text: str, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        parse("own.csv", text)


def test_an_unknown_row_or_schedule_is_an_error_that_names_it() -> None:
    with pytest.raises(ScheduleError, match="no row 999"):
        OLD.line("999")
    with pytest.raises(ScheduleError, match="no schedule x"):
        schedule("x")
