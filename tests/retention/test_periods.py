"""Periods: tables worked out by hand, and properties that hold for all of them."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.period import (
    PERMANENT,
    Counting,
    RetentionPeriod,
    Unclear,
    covers,
    eligible_from,
    last_day,
    longest,
    parse_maintenance,
)

YEARS = RetentionPeriod


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vĩnh viễn", PERMANENT),
        ("  vĩnh   VIỄN. ", PERMANENT),
        (unicodedata.normalize("NFD", "Vĩnh viễn"), PERMANENT),
        ("vinh vien", PERMANENT),
        ("20 năm", YEARS(20)),
        ("20 Năm", YEARS(20)),
        ("20năm", YEARS(20)),
        ("20 nam", YEARS(20)),
        (unicodedata.normalize("NFD", "20 năm"), YEARS(20)),
        ("05 năm", YEARS(5)),  # as TT 10/2022 prints it: years, not the code
        ("1 năm", YEARS(1)),
        ("70 năm", YEARS(70)),
        ("20", YEARS(20)),
        ("01", PERMANENT),
        ("02", YEARS(70)),
        ("03", YEARS(50)),
        ("04", YEARS(30)),
        ("05", YEARS(20)),
        ("06", YEARS(10)),
    ],
)
def test_a_declared_period_is_read(text: str, expected: RetentionPeriod) -> None:
    assert parse_maintenance(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (" . ", "empty"),
        ("07", "other"),
        ("Đến khi văn bản hết hiệu lực thi hành", "superseded"),
        ("5", "not-a-period"),  # five years, or code 05?
        ("08", "not-a-period"),
        ("00", "not-a-period"),
        ("71 năm", "out-of-range"),
        ("0 năm", "out-of-range"),
        ("99", "out-of-range"),
        ("-5 năm", "not-a-period"),
        ("10-20 năm", "not-a-period"),
        ("1,5 năm", "not-a-period"),
        ("1.5 năm", "not-a-period"),
        ("20² năm", "not-a-period"),
        ("20 năm 6 tháng", "not-a-period"),
        ("6 tháng", "not-a-period"),
        ("hai mươi năm", "not-a-period"),
        ("Lâu dài", "not-a-period"),
        ("Tạm thời", "not-a-period"),
        ("không vĩnh viễn", "not-a-period"),
        ("5 năm hoặc Vĩnh viễn", "not-a-period"),
        ("２０ năm", "not-a-period"),
    ],
)
def test_what_cannot_be_read_is_unclear_and_never_guessed(text: str, why: str) -> None:
    assert parse_maintenance(text) == Unclear(text, why)


# Worked out by hand: the year the work ended is Y, the last day is 31/12 of Y + N.
BY_HAND = [
    (date(2014, 3, 14), 20, date(2034, 12, 31), date(2035, 1, 1)),
    (date(2014, 1, 1), 20, date(2034, 12, 31), date(2035, 1, 1)),
    (date(2014, 12, 31), 20, date(2034, 12, 31), date(2035, 1, 1)),
    (date(2020, 2, 29), 5, date(2025, 12, 31), date(2026, 1, 1)),
    (date(2025, 6, 30), 10, date(2035, 12, 31), date(2036, 1, 1)),  # last day of the Law of 2011
    (date(2025, 7, 1), 10, date(2035, 12, 31), date(2036, 1, 1)),  # first day of the Law of 2024
    (date(2024, 5, 1), 2, date(2026, 12, 31), date(2027, 1, 1)),
    (date(1956, 5, 1), 70, date(2026, 12, 31), date(2027, 1, 1)),
]


@pytest.mark.parametrize(("ended", "years", "last", "first"), BY_HAND)
def test_the_period_runs_from_the_year_the_work_ended(
    ended: date, years: int, last: date, first: date
) -> None:
    assert last_day(ended, YEARS(years)) == last
    assert eligible_from(ended, YEARS(years)) == first


def test_the_literal_count_ends_one_year_earlier_when_the_setting_says_so() -> None:
    assert last_day(date(2014, 3, 14), YEARS(20), counting=Counting.SAME_YEAR) == date(2033, 12, 31)
    assert eligible_from(date(2014, 3, 14), YEARS(20), counting=Counting.SAME_YEAR) == date(2034, 1, 1)


def test_permanent_has_no_last_day_and_is_never_eligible() -> None:
    assert last_day(date(1975, 4, 30), PERMANENT) is None
    assert eligible_from(date(1975, 4, 30), PERMANENT) is None


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([YEARS(5), YEARS(20), YEARS(10)], YEARS(20)),
        ([YEARS(5), PERMANENT], PERMANENT),
        ([YEARS(5), Unclear("?", "not-a-period")], Unclear("?", "not-a-period")),
        ([Unclear("?", "not-a-period"), PERMANENT], PERMANENT),
        ([], Unclear("", "empty")),
    ],
)
def test_a_file_takes_its_longest_document(
    periods: list[RetentionPeriod | Unclear], expected: RetentionPeriod | Unclear
) -> None:
    assert longest(periods) == expected


@pytest.mark.parametrize("years", [0, -1, 71])
def test_no_period_outside_one_to_seventy_years_can_be_made(years: int) -> None:
    with pytest.raises(ValueError, match="70"):
        RetentionPeriod(years)


days = st.dates(date(1945, 9, 2), date(2099, 12, 31))
fixed = st.integers(1, 70).map(RetentionPeriod)
any_period = st.one_of(fixed, st.just(PERMANENT))
any_or_unclear = st.one_of(any_period, st.just(Unclear("x", "not-a-period")))


@given(days, fixed, st.sampled_from(Counting))
def test_eligibility_begins_on_a_new_year_the_day_after_the_last_day(
    ended: date, period: RetentionPeriod, counting: Counting
) -> None:
    last = last_day(ended, period, counting=counting)
    first = eligible_from(ended, period, counting=counting)
    assert last is not None and first is not None
    assert first == last + timedelta(days=1)
    assert (first.month, first.day) == (1, 1)


@given(days, fixed)
def test_never_less_than_the_full_number_of_years_is_kept_after_the_work_ended(
    ended: date, period: RetentionPeriod
) -> None:
    last = last_day(ended, period)
    assert last is not None and period.years is not None
    assert last >= date(ended.year + period.years, 12, 31)


@given(days, days, fixed)
def test_work_that_ended_later_is_never_due_earlier(one: date, other: date, period: RetentionPeriod) -> None:
    early, late = sorted((one, other))
    first, second = eligible_from(early, period), eligible_from(late, period)
    assert first is not None and second is not None and first <= second


@given(st.lists(any_or_unclear, max_size=6), any_or_unclear)
def test_one_more_document_never_shortens_a_file(
    periods: list[RetentionPeriod | Unclear], more: RetentionPeriod | Unclear
) -> None:
    before, after = longest(periods), longest([*periods, more])
    if isinstance(before, RetentionPeriod) and isinstance(after, RetentionPeriod):
        assert covers(after, before)
    if isinstance(before, Unclear) and periods:
        assert isinstance(after, Unclear) or after == PERMANENT


@given(any_period)
def test_what_is_written_is_read_back_equal(period: RetentionPeriod) -> None:
    assert parse_maintenance(str(period)) == period


@given(st.text(max_size=40))
def test_any_text_gives_a_period_or_unclear(text: str) -> None:
    assert isinstance(parse_maintenance(text), RetentionPeriod | Unclear)
