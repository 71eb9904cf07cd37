"""Deliveries as lists show them: name, code, state in words, deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.register.models import Submission, SubmissionState
from archive.viewer import Viewer
from ingest.asked import unanswered
from portal.browser.submissions.deadlines import Deadline, deadline_of
from portal.browser.submissions.fate import fates_of, state_of
from portal.browser.submissions.naming import name_of, reference_of, subjects_of


@dataclass(frozen=True)
class Row:
    """One delivery.

    Attributes:
        name, state: messages or texts.
        reference: the code below the name; "" when that would say the same again.
        asked: it is undecided, and a question waits for an answer of its office.
    """

    item: Submission
    name: object
    reference: str
    state: object
    tone: str
    deadline: Deadline | None
    asked: bool


def rows_of(session: Session, items: Sequence[Submission], viewer: Viewer, now: datetime) -> list[Row]:
    """Return these deliveries as lists show them, in the same order; a few queries for all of them."""
    subjects, fates = subjects_of(session, items, viewer), fates_of(session, items)
    asked = unanswered(session, [item.id for item in items if item.state == SubmissionState.TO_DECIDE])
    rows = []
    for item in items:
        state, tone = state_of(item, fates.get(item.id))
        name = name_of(item, subjects.get(item.id, ""))
        rows.append(
            Row(item, name, reference_of(item), state, tone, deadline_of(item, now), item.id in asked)
        )
    return rows
