"""Office time against moments worked out by hand. March 2026: the 2nd is a Monday, the 6th a Friday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.register.models import Agency, Submission
from archive.register.session import reading, transaction
from archive.vietnam import VIETNAM
from ingest.clock.calendar import OWN, hours_of, load
from ingest.clock.deadlines import arrival, within
from ingest.clock.errors import CalendarError
from ingest.clock.hours import OfficeHours, Shift, add_working, end_of_day, is_open, next_opening
from ingest.profiles.load import profiles
from ingest.reception import receive

HOURS = OfficeHours(
    (Shift(time(7, 30), time(11, 30)), Shift(time(13, 30), time(17))),
    frozenset({1, 2, 3, 4, 5}),
    holidays=frozenset({date(2026, 4, 30), date(2026, 5, 1)}),
    extra_days=frozenset({date(2026, 5, 2)}),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(VIETNAM))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("06/03/2026 16:59", "06/03/2026 16:59"),
        ("06/03/2026 17:00", "09/03/2026 07:30"),
        ("06/03/2026 12:00", "06/03/2026 13:30"),
        ("07/03/2026 10:00", "09/03/2026 07:30"),
        ("29/04/2026 17:20", "02/05/2026 07:30"),  # two days off, then a Saturday that is made up
        ("02/05/2026 08:00", "02/05/2026 08:00"),
    ],
)
def test_out_of_hours_is_the_next_opening(moment: str, opens: str) -> None:
    assert next_opening(HOURS, at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("moment", "hours", "over"),
    [
        ("06/03/2026 16:30", 2, "09/03/2026 09:00"),  # half an hour on Friday, the rest on Monday
        ("09/03/2026 10:30", 2, "09/03/2026 14:30"),  # the midday break does not count
        ("09/03/2026 09:30", 2, "09/03/2026 11:30"),
        ("07/03/2026 10:00", 2, "09/03/2026 09:30"),
        ("09/03/2026 07:30", 20, "11/03/2026 14:30"),  # 7.5 + 7.5 h, then 4 in the morning and 1 from 13:30
    ],
)
def test_only_office_hours_count(moment: str, hours: int, over: str) -> None:
    assert add_working(HOURS, at(moment), timedelta(hours=hours)) == at(over)


@given(MOMENTS)
def test_an_opening_is_never_before_the_moment_and_always_open(moment: datetime) -> None:
    opens = next_opening(HOURS, moment)
    assert opens >= moment and is_open(HOURS, opens)


@given(MOMENTS, st.integers(1, 40), st.integers(1, 40))
def test_two_spans_of_office_time_add_up(moment: datetime, one: int, other: int) -> None:
    both = add_working(HOURS, moment, timedelta(hours=one + other))
    assert (
        add_working(HOURS, add_working(HOURS, moment, timedelta(hours=one)), timedelta(hours=other)) == both
    )


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("06/03/2026 08:00", "06/03/2026 17:00"),
        ("06/03/2026 17:01", "09/03/2026 17:00"),
        ("07/03/2026 08:00", "09/03/2026 17:00"),
    ],
)
def test_the_same_day_ends_with_the_office(moment: str, ends: str) -> None:
    assert end_of_day(HOURS, at(moment)) == at(ends)


@pytest.mark.parametrize(
    ("profile", "moment", "legal", "due"),
    [
        ("lang-son", "06/03/2026 17:20", "09/03/2026 07:30", None),
        ("an-giang", "06/03/2026 16:30", "06/03/2026 16:30", "09/03/2026 09:00"),
        ("an-giang", "07/03/2026 10:00", "09/03/2026 07:30", "09/03/2026 09:30"),
        ("cao-bang", "06/03/2026 22:10", "06/03/2026 22:10", "09/03/2026 11:30"),
        ("cao-bang", "09/03/2026 02:00", "09/03/2026 02:00", "10/03/2026 11:30"),
        ("ninh-binh", "07/03/2026 10:00", "07/03/2026 10:00", None),
        ("base", "07/03/2026 10:00", "07/03/2026 10:00", None),
    ],
)
def test_each_regulation_counts_an_arrival_its_own_way(
    profile: str, moment: str, legal: str, due: str | None
) -> None:
    found = arrival(profiles()[profile].clock, HOURS, at(moment))
    assert (found.legal_at, found.due_at) == (at(legal), at(due) if due else None)


def test_a_limit_nobody_knows_is_an_error_and_not_no_limit() -> None:
    with pytest.raises(CalendarError, match="no time limit"):
        within("soon", HOURS, at("06/03/2026 08:00"))


def test_a_calendar_without_working_days_is_an_error_and_no_endless_search() -> None:
    never = OfficeHours(HOURS.shifts, frozenset({1}), holidays=frozenset(_mondays()))
    for ask in (
        lambda: next_opening(never, at("06/03/2026 08:00")),
        lambda: within("next-working-morning", never, at("06/03/2026 08:00")),
    ):
        with pytest.raises(CalendarError, match="works on none"):
            ask()


def _mondays() -> list[date]:
    return [date(2026, 3, 2) + timedelta(weeks=n) for n in range(60)]


def test_the_own_calendar_has_the_hours_of_the_examples() -> None:
    hours = load(OWN)[""]
    assert (hours.shifts, hours.weekdays, hours.zone) == (HOURS.shifts, HOURS.weekdays, HOURS.zone)


CALENDAR = """
[default]
shifts = [["08:00", "12:00"], ["13:00", "17:00"]]
weekdays = [1, 2, 3, 4, 5]
zone = "Asia/Ho_Chi_Minh"
holidays = [2026-03-09]
[agency.H37]
weekdays = [1, 2, 3, 4, 5, 6]
[agency."000.00.05.H37"]
shifts = [["07:00", "11:00"]]
extra_days = [2026-03-09]
"""


def test_an_agencys_own_hours_win_over_its_provinces_and_those_over_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "hours.toml"
    path.write_text(CALENDAR)
    monkeypatch.setenv("TANGTHU_INGEST__OFFICE_CALENDAR", str(path))
    moment = at("07/03/2026 12:30")
    found = [
        next_opening(hours_of(*whose), moment)
        for whose in (("X", ""), ("H37.02", "H37"), ("000.00.05.H37", "H37"))
    ]
    assert found == [at("10/03/2026 08:00"), at("07/03/2026 13:00"), at("09/03/2026 07:00")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"13:00"', '"11:00"', "default.shifts"),
        ("[1, 2, 3, 4, 5]\n", "[0]\n", "default.weekdays"),
        ("Asia/Ho_Chi_Minh", "Asia/Saigon2", "default.zone"),
        ('zone = "Asia/Ho_Chi_Minh"\n', "", "default"),
        ("[default]", "[defaults]", "default"),
        ("weekdays", "week_days", "week_days"),
        ("[default]", "[default", "not TOML"),
    ],
)
def test_a_wrong_calendar_is_refused_by_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "hours.toml"
    path.write_text(CALENDAR.replace(old, new, 1))
    with pytest.raises(CalendarError, match=r"hours\.toml") as error:
        load(path)
    assert said in str(error.value)


def _received(agency: str, moment: datetime) -> Submission:
    received = receive(
        BytesIO(b"x"),
        agency_code=agency,
        message_id=str(moment),
        kind="sip",
        file_name="a.zip",
        actor="t",
        now=moment,
    )
    with reading() as session:
        return session.get_one(Submission, received.submission_id)


@pytest.mark.usefixtures("house")
def test_a_submission_keeps_both_moments_and_the_real_one() -> None:
    with transaction() as session:
        session.add(Agency(code="000.00.01.H01", name="Sở Nội vụ", level1="H01"))
    kept = _received("000.00.01.H01", at("07/03/2026 10:00"))
    assert kept.received_at == at("07/03/2026 10:00")
    assert (kept.received_legal_at, kept.due_at) == (at("09/03/2026 07:30"), at("09/03/2026 09:30"))
    unknown = _received("H99.1", at("07/03/2026 10:00"))
    assert (unknown.received_legal_at, unknown.due_at) == (at("07/03/2026 10:00"), None)


@pytest.mark.usefixtures("house")
def test_a_regulation_not_yet_in_force_on_the_day_of_arrival_counts_nothing() -> None:
    with transaction() as session:
        session.add(Agency(code="000.00.01.H01", name="Sở Nội vụ", level1="H01"))
    kept = _received("000.00.01.H01", datetime(2018, 12, 16, 3, tzinfo=UTC))  # a Sunday, the day before
    assert (kept.received_legal_at, kept.due_at) == (kept.received_at, None)


def test_with_a_wrong_calendar_nothing_is_taken_in(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__OFFICE_CALENDAR", str(house / "none.toml"))
    with pytest.raises(CalendarError, match="cannot be read"):
        _received("000.00.01.H01", at("07/03/2026 10:00"))
    with reading() as session:
        assert session.query(Submission).count() == 0
