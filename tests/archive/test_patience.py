"""Who fails is asked ever more rarely, up to a limit, and at once again when it answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.patience import Patience

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_each_failure_in_a_row_doubles_the_wait_up_to_the_limit() -> None:
    patience = Patience(timedelta(seconds=5), timedelta(seconds=30))
    waits = [patience.failed("search", NOW).total_seconds() for _ in range(5)]
    assert waits == [5, 10, 20, 30, 30]


def test_it_is_asked_again_when_the_wait_is_over_and_only_it_waits() -> None:
    patience = Patience(timedelta(seconds=5), timedelta(seconds=30))
    assert not patience.waits("search", NOW)
    patience.failed("search", NOW)
    assert patience.waits("search", NOW + timedelta(seconds=4))
    assert not patience.waits("search", NOW + timedelta(seconds=5))
    assert not patience.waits("retention", NOW)


def test_an_answer_forgets_the_failures() -> None:
    patience = Patience(timedelta(seconds=5), timedelta(seconds=30))
    patience.failed("search", NOW)
    patience.failed("search", NOW)
    patience.well("search")
    assert not patience.waits("search", NOW)
    assert patience.failed("search", NOW) == timedelta(seconds=5)


def test_failing_for_years_does_not_overflow() -> None:
    patience = Patience(timedelta(seconds=5), timedelta(seconds=30))
    assert {patience.failed("x", NOW) for _ in range(5000)} <= {timedelta(seconds=n) for n in (5, 10, 20, 30)}


def test_what_is_gone_is_forgotten_and_what_stays_is_not() -> None:
    patience = Patience(timedelta(seconds=5), timedelta(seconds=30))
    for name in ("truc/1", "truc/2", "lgsp/1"):
        patience.failed(name, NOW)
    patience.forget_others("truc/", {"truc/2"})
    assert [patience.waits(name, NOW) for name in ("truc/1", "truc/2", "lgsp/1")] == [False, True, True]
