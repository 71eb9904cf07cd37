"""Wrong passwords make the next try wait, longer each time, and the ledger says who waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import attempts
from archive.attempts import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST,
    Purpose,
    not_before,
    wait_after,
    was_right,
    was_wrong,
)
from archive.ledger.rows import EventRow
from archive.register.attempts import PasswordAttempts
from archive.register.session import reading

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
D, L = Purpose.DECISION, Purpose.LOGIN


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (2, 0), (3, 30), (4, 60), (5, 120), (9, 1920), (10, 3600), (500, 3600)],
)
def test_the_wait_doubles_up_to_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures, D) == timedelta(seconds=seconds)


def test_a_login_waits_at_most_a_quarter_of_an_hour() -> None:
    assert wait_after(99, L) == timedelta(minutes=15)


def wrong(times: int, purpose: Purpose = D, *, now: datetime = NOW) -> datetime | None:
    until = None
    for _ in range(times):
        until = was_wrong("chi", purpose, now=now)
    return until


def events() -> list[dict[str, object]]:
    with reading() as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.verb == "RIGHTS_CHANGE").order_by(EventRow.seq)
        )
        return [row.payload | {"actor": row.actor, "account": row.object_id} for row in rows]


def test_two_wrong_ones_cost_nothing_and_the_third_makes_wait(house: Path) -> None:
    assert wrong(FREE - 1) is None
    assert not_before("chi", D, now=NOW) is None
    assert wrong(1) == NOW + timedelta(seconds=30)
    assert not_before("chi", D, now=NOW + timedelta(seconds=29)) == NOW + timedelta(seconds=30)
    assert not_before("chi", D, now=NOW + timedelta(seconds=30)) is None


def test_waits_are_counted_per_account_and_per_purpose(house: Path) -> None:
    wrong(5)
    assert not_before("chi", L, now=NOW) is None
    assert not_before("an", D, now=NOW) is None


def test_a_right_password_forgets_the_wrong_ones(house: Path) -> None:
    wrong(FREE)
    was_right("chi", D)
    assert not_before("chi", D, now=NOW) is None
    assert wrong(1) is None
    was_right("an", D)  # nothing to forget


def test_a_day_forgets_them_too(house: Path) -> None:
    wrong(9)
    assert wrong(1, now=NOW + FORGOTTEN_AFTER + timedelta(seconds=1)) is None


def test_the_ledger_says_once_that_an_account_waits_and_once_that_it_waits_longest(house: Path) -> None:
    wrong(40)
    assert [(one["account"], one["right"], one["wrong_passwords"]) for one in events()] == [
        ("chi", "decision", FREE),
        ("chi", "decision", 10),
    ]
    assert events()[1]["not_before"] == "2026-11-20T03:30:00.000000Z"


def test_no_password_is_in_the_register(house: Path) -> None:
    assert set(PasswordAttempts.__table__.columns.keys()) == {
        "account", "purpose", "failures", "last_at", "not_before"
    }  # fmt: skip


def test_who_waits_can_be_listed(house: Path) -> None:
    wrong(4)
    was_wrong("an", L, now=NOW)
    assert attempts.waiting(now=NOW) == [("chi", "decision", NOW + timedelta(minutes=1))]
    assert attempts.waiting(now=NOW + LONGEST[D]) == []
