"""What holds for every period, file and schedule; and rows of the instruments with dates worked out by hand."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import BelowMinimumError
from retention.floor import NEARLY, against_floor
from retention.folding import words
from retention.own_lines import line_of
from retention.own_schedules import unsaved
from retention.period import (
    CODES,
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
from retention.reckoning import FileFacts, Reckoning, reckon
from retention.schedule import matcher, require_minimum, schedule, schedules

OLD, NEW = schedule("tt-09-2011"), schedule("tt-10-2022")
NAMES = [frozenset(words(line.title)) for line in OLD.lines]
days = st.dates(date(1945, 9, 2), date(2099, 12, 31))
fixed = st.integers(1, 70).map(RetentionPeriod)
any_period = st.one_of(fixed, st.just(PERMANENT))
unclear = st.just(Unclear("Lâu dài", "not-a-period"))
texts = st.one_of(
    any_period.map(str), st.sampled_from([*CODES, "07", "", "Lâu dài", "Đến khi hết hiệu lực", "5"])
)
titles = st.sampled_from([line.title for line in (*OLD.lines, *NEW.lines)])
regimes = st.sampled_from(["R1", "R2"])
files = st.builds(FileFacts, titles, regimes, days, texts, st.lists(texts, max_size=4).map(tuple))


@pytest.mark.parametrize(
    ("table", "row", "ended", "regime", "last"),
    [
        (OLD, "50", date(2012, 6, 1), "R1", date(2082, 12, 31)),  # Hồ sơ kỷ luật cán bộ, 70 năm
        (OLD, "24", date(2012, 6, 1), "R1", date(2022, 12, 31)),  # Công văn trao đổi về quy hoạch, 10 năm
        (OLD, "70", date(2014, 3, 14), "R1", date(2034, 12, 31)),  # Hồ sơ nâng lương, 20 năm
        (OLD, "60c", date(2015, 1, 1), "R1", date(2020, 12, 31)),  # báo cáo quý, tháng, 5 năm
        (OLD, "2", date(2012, 6, 1), "R1", None),  # Vĩnh viễn
        (NEW, "?2", date(2024, 6, 1), "R1", date(2074, 12, 31)),  # 50 năm
        (OLD, "70", date(2025, 7, 1), "R2", date(2045, 12, 31)),  # the same row under the Law of 2024
    ],
)
def test_rows_of_the_instruments_give_the_days_worked_out_by_hand(
    table: object, row: str, ended: date, regime: str, last: date | None
) -> None:
    line = table.line(row)  # type: ignore[attr-defined]
    done = reckon(FileFacts(line.title, regime, ended, line.retention))
    assert done.last_day == last
    assert done.permanent is (last is None)


@given(days, fixed, fixed)
def test_a_longer_period_is_never_due_earlier(
    ended: date, one: RetentionPeriod, other: RetentionPeriod
) -> None:
    shorter, longer = (one, other) if covers(other, one) else (other, one)
    first, second = eligible_from(ended, shorter), eligible_from(ended, longer)
    assert first is not None and second is not None and first <= second


@given(days, days, fixed, st.sampled_from(Counting))
def test_the_year_alone_decides(one: date, other: date, period: RetentionPeriod, counting: Counting) -> None:
    first, second = (eligible_from(day, period, counting=counting) for day in (one, other))
    assert first is not None and second is not None
    assert second.year - first.year == other.year - one.year


@given(days, fixed)
def test_the_cautious_reading_keeps_exactly_one_year_longer(ended: date, period: RetentionPeriod) -> None:
    cautious, literal = last_day(ended, period), last_day(ended, period, counting=Counting.SAME_YEAR)
    assert cautious is not None and literal is not None
    assert (cautious.year - literal.year, cautious.month, cautious.day) == (1, 12, 31)


@given(st.lists(st.one_of(any_period, unclear), max_size=6))
def test_permanent_absorbs_everything(periods: list[RetentionPeriod | Unclear]) -> None:
    assert longest([*periods, PERMANENT]) == longest([PERMANENT, *periods]) == PERMANENT


@given(st.lists(any_period, min_size=1, max_size=5))
def test_the_longest_document_wins_whatever_the_order(periods: list[RetentionPeriod]) -> None:
    found = longest(periods)
    assert isinstance(found, RetentionPeriod) and found in periods
    assert all(covers(found, period) for period in periods)
    assert all(longest(order) == found for order in permutations(periods))


def _dates(done: Reckoning) -> tuple[object, ...]:
    return done.permanent, done.retention_years, done.last_day, done.eligible_from


@given(files)
def test_both_laws_give_one_file_the_same_days_and_each_its_own_clauses(file: FileFacts) -> None:
    r1, r2 = (
        reckon(FileFacts(file.title, regime, file.work_ended, file.maintenance, file.documents))
        for regime in ("R1", "R2")
    )
    assert _dates(r1) == _dates(r2)
    clauses = {step.clause for step in r2.steps if step.code in ("work-ended", "last-day", "eligible-from")}
    assert clauses == {"Luật 33/2024/QH15 Điều 15.3"}
    assert not any("33/2024" in step.clause for step in r1.steps)


@given(files)
def test_a_file_is_never_due_before_what_it_and_every_document_declare(file: FileFacts) -> None:
    done = reckon(file)
    declared = [parse_maintenance(text) for text in (file.maintenance, *file.documents)]
    if PERMANENT in declared:
        assert done.permanent is True and done.eligible_from is None
    elif any(isinstance(one, Unclear) for one in declared):
        assert done.permanent is None and done.eligible_from is None
    else:
        for one in declared:
            assert isinstance(one, RetentionPeriod)
            least = eligible_from(file.work_ended, one)
            assert done.eligible_from is not None and least is not None and done.eligible_from >= least


@given(
    files,
    st.lists(
        st.builds(
            lambda title, period: line_of({"ref": "1", "title": title, "retention": str(period)}),
            titles,
            any_period,
        ),
        max_size=2,
    ),
)
def test_no_schedule_changes_the_days_by_itself(file: FileFacts, lines: list[object]) -> None:
    own = unsaved("x", "H", date(2000, 1, 1), tuple(lines))  # type: ignore[arg-type]
    assert _dates(reckon(file, among=(own, *schedules()))) == _dates(reckon(file, among=()))


@given(files)
def test_every_step_that_rests_on_our_reading_says_so(file: FileFacts) -> None:
    for step in reckon(file).steps:
        if step.code in ("last-day", "eligible-from"):
            assert step.reading and step.clause


@given(st.sampled_from(OLD.lines), any_period)
def test_a_period_passes_exactly_when_it_is_not_shorter_than_its_row(
    line: object, period: RetentionPeriod
) -> None:
    least = line.period  # type: ignore[attr-defined]
    if least is None or covers(period, least):
        require_minimum(period, line, OLD)  # type: ignore[arg-type]
    else:
        with pytest.raises(BelowMinimumError):
            require_minimum(period, line, OLD)  # type: ignore[arg-type]


@given(st.sampled_from([line for line in OLD.lines if line.period is not None]), any_period)
def test_an_agencys_line_that_names_its_row_is_never_shorter(line: object, period: RetentionPeriod) -> None:
    ref, least = line.ref, line.period  # type: ignore[attr-defined]
    own = line_of(
        {"ref": "1", "title": "Việc riêng", "retention": str(period), "state_row": f"TT 09/2011: {ref}"}
    )
    against = against_floor(own)
    assert (against is not None and against.blocks) is not covers(period, least)


@given(st.sampled_from([line for line in OLD.lines if line.period is not None]), any_period)
def test_an_agencys_line_of_the_same_name_is_not_shorter_unless_the_circular_in_force_allows_it(
    line: object, period: RetentionPeriod
) -> None:
    title, least = line.title, line.period  # type: ignore[attr-defined]
    against = against_floor(line_of({"ref": "1", "title": title, "retention": str(period)}))
    now = matcher(NEW, least=NEARLY).find(title)
    if covers(period, least):
        assert against is None
    elif not now and NAMES.count(frozenset(words(title))) == 1:
        assert against is not None and against.blocks and str(least) in str(against.why)
