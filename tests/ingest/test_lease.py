"""One worker at a time; a dead worker's lease runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.register.models import Submission, SubmissionState
from archive.register.session import reading, transaction
from ingest import lease, pipeline

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def submission(house: Path) -> str:
    with transaction() as session:
        row = Submission(
            agency_code="000.00.01.H37", message_id="m", sha256="0" * 64, size=1, kind="sip", received_at=NOW
        )
        session.add(row)
        session.flush()
        return row.id


def test_only_one_of_two_gets_the_lease(submission: str) -> None:
    assert lease.acquire(submission, "a", seconds=30, now=NOW)
    assert not lease.acquire(submission, "b", seconds=30, now=NOW + timedelta(seconds=29))


def test_the_owner_may_renew(submission: str) -> None:
    assert lease.acquire(submission, "a", seconds=30, now=NOW)
    assert lease.acquire(submission, "a", seconds=30, now=NOW + timedelta(seconds=20))
    assert not lease.acquire(submission, "b", seconds=30, now=NOW + timedelta(seconds=45))


def test_a_dead_owners_lease_runs_out(submission: str) -> None:
    assert lease.acquire(submission, "dead", seconds=30, now=NOW)
    assert lease.acquire(submission, "b", seconds=30, now=NOW + timedelta(seconds=31))


def test_a_lease_given_back_is_free_and_only_its_owner_can_give_it(submission: str) -> None:
    lease.acquire(submission, "a", seconds=30, now=NOW)
    lease.release(submission, "b")
    assert not lease.acquire(submission, "b", seconds=30, now=NOW)
    lease.release(submission, "a")
    assert lease.acquire(submission, "b", seconds=30, now=NOW)


@pytest.mark.parametrize(
    "state", [SubmissionState.STORED, SubmissionState.RETURNED, SubmissionState.TO_DECIDE]
)
def test_nobody_gets_a_lease_on_what_is_not_open(submission: str, state: SubmissionState) -> None:
    with transaction() as session:
        session.get_one(Submission, submission).state = state
    assert not lease.acquire(submission, "a", seconds=30, now=NOW)


def test_the_sweep_names_unheld_work_once_a_minute(submission: str) -> None:
    later = NOW + timedelta(seconds=11)

    def swept(at: datetime) -> list[str]:
        with transaction() as session:
            return pipeline.unfinished(session, now=at)

    assert swept(NOW) == []  # just arrived: its own message is still on the way
    assert swept(later) == [submission]
    assert swept(later + timedelta(seconds=59)) == []
    assert swept(later + timedelta(seconds=60)) == [submission]


def test_the_sweep_leaves_alone_what_a_worker_holds(submission: str) -> None:
    lease.acquire(submission, "a", seconds=600, now=NOW)
    with transaction() as session:
        assert pipeline.unfinished(session, now=NOW + timedelta(seconds=60)) == []


def test_holding_renews_until_the_block_ends(submission: str) -> None:
    with lease.held(submission, seconds=30) as ours, lease.held(submission, seconds=30) as theirs:
        assert (bool(ours), bool(theirs)) == (True, False)
    with reading() as session:
        assert session.get_one(Submission, submission).lease_until is None
