"""How deliveries stand against the time their regulation sets, and the list sorted by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.register.models import Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest import submissions
from ingest.clock.standing import standing

NOW = datetime(2026, 3, 4, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
VIEWER = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})


@pytest.mark.parametrize(
    ("due", "decided", "margin", "late", "done"),
    [
        (NOW + 2 * HOUR, None, 2 * HOUR, False, False),
        (NOW, None, timedelta(0), False, False),
        (NOW - HOUR, None, -HOUR, True, False),
        (NOW - 5 * HOUR, NOW - 6 * HOUR, HOUR, False, True),
        (NOW - 5 * HOUR, NOW - 3 * HOUR, -2 * HOUR, True, True),
    ],
)
def test_a_deadline_leaves_time_or_is_over_and_a_decision_stops_it(
    due: datetime, decided: datetime | None, margin: timedelta, late: bool, done: bool
) -> None:
    found = standing(due, decided, NOW)
    assert found is not None
    assert (found.margin, found.late, found.decided) == (margin, late, done)


def test_where_the_regulation_is_silent_there_is_no_deadline() -> None:
    assert standing(None, None, NOW) is None


def sent(name: str, state: SubmissionState, due: datetime | None) -> None:
    with transaction() as session:
        session.add(
            Submission(
                agency_code="H37",
                message_id=name,
                sha256="0" * 64,
                size=1,
                kind="sip",
                state=state,
                received_at=NOW - timedelta(days=1),
                due_at=due,
            )
        )


@pytest.fixture
def some(house: Path) -> None:
    sent("later", SubmissionState.TO_DECIDE, NOW + HOUR)
    sent("over", SubmissionState.TO_DECIDE, NOW - HOUR)
    sent("decided", SubmissionState.RETURNED, NOW - 2 * HOUR)
    sent("silent", SubmissionState.CHECKING, None)


def listed(sort: str, late_only: bool = False) -> list[str]:
    with reading() as session:
        page = submissions.listing(session, viewer=VIEWER, sort=sort, late_only=late_only, now=NOW)
        assert page.late == 1
        return [row.message_id for row in page.items]


def test_by_deadline_the_most_urgent_undecided_comes_first_and_the_decided_last(some: None) -> None:
    assert listed("due") == ["over", "later", "silent", "decided"]
    assert listed("-due") == ["later", "over", "silent", "decided"]


def test_what_is_overdue_is_found_alone(some: None) -> None:
    assert listed("due", late_only=True) == ["over"]
