"""What lies in quarantine because it is infected, and what was asked and answered about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.errors import NotAllowedError, NotFoundError
from archive.reason import because
from archive.register.infected import QuarantineRequest, QuarantineState
from archive.register.models import Finding, StepResult, Submission, SubmissionState
from archive.viewer import Role, Viewer
from ingest import quarantine
from ingest.seen_by import seen_by
from ingest.settings import IngestSettings

ASKS = Role.ARCHIVIST
ANSWERS = (Role.HEAD, Role.ADMINISTRATOR)
SEES = frozenset({ASKS, *ANSWERS})
CODE = "VIRUS"
MOST = 200


@dataclass(frozen=True)
class Infected:
    """One infected file: which, and under which name the scanner knows what is in it."""

    place: str
    sha256: str
    signature: str


@dataclass(frozen=True)
class Held:
    """An infected delivery whose bytes are in quarantine.

    Attributes:
        engine: of the scan that refused it.
        until: when its bytes are wiped unless somebody asks or answers before.
        request: that waits for an answer; None when nobody asked.
    """

    submission: Submission
    files: tuple[Infected, ...]
    engine: str
    since: datetime
    until: datetime
    request: QuarantineRequest | None


def listing(session: Session, *, viewer: Viewer) -> Sequence[Held]:
    """Return the infected deliveries the viewer may see, the newest first, at most 200.

    Raises:
        NotAllowedError: the viewer is nowhere archivist, head or administrator.
    """
    query = select(Submission).where(_seen_by(viewer, Submission.agency_code), *_infected())
    rows = session.scalars(
        query.order_by(Submission.received_at.desc(), Submission.id).execution_options(yield_per=MOST)
    )
    # The register does not know whose bytes are gone, so the disk is asked before the 200 are counted.
    there = islice((row for row in rows if quarantine.raw(row.id).exists()), MOST)
    return [held(session, row) for row in list(there)]


def one(session: Session, submission_id: str, *, viewer: Viewer) -> Held:
    """Return one infected delivery.

    Raises:
        NotAllowedError: the viewer is nowhere archivist, head or administrator.
        NotFoundError: there is none the viewer may see, or its bytes are gone.
    """
    query = select(Submission).where(
        Submission.id == submission_id, _seen_by(viewer, Submission.agency_code), *_infected()
    )
    row = session.scalar(query)
    if row is None or not quarantine.raw(row.id).exists():
        raise NotFoundError(because("ingest.not-in-quarantine"))
    return held(session, row)


def answered(session: Session, *, viewer: Viewer, limit: int = 50) -> Sequence[QuarantineRequest]:
    """Return the requests that are closed and the viewer may see, the newest first.

    Raises:
        NotAllowedError: the viewer is nowhere archivist, head or administrator.
    """
    query = select(QuarantineRequest).where(
        _seen_by(viewer, QuarantineRequest.agency_code), QuarantineRequest.state != QuarantineState.OPEN
    )
    return session.scalars(
        query.order_by(QuarantineRequest.answered_at.desc(), QuarantineRequest.id).limit(limit)
    ).all()


def count(session: Session, *, viewer: Viewer) -> int:
    """Return how many infected deliveries lie in quarantine, at most 200; 0 for a viewer who may not see them."""
    try:
        return len(listing(session, viewer=viewer))
    except NotAllowedError:
        return 0


def held(session: Session, row: Submission) -> Held:
    """Return a refused submission with what its scan found and what is asked about it."""
    scan = session.get(StepResult, (row.id, "scan"))
    result = scan.result if scan else {}
    request = open_request(session, row.id)
    since = row.decided_at or row.received_at
    return Held(
        row, tuple(_files(result)), str(result.get("engine", "")), since, expires(since, request), request
    )


def expires(since: datetime, request: QuarantineRequest | None) -> datetime:
    """Return when the bytes of a delivery refused at that time are wiped: a request counts from its own day."""
    began = max(since, request.asked_at) if request else since
    return began + timedelta(days=IngestSettings.load().infected_kept_days)


def open_request(session: Session, submission_id: str) -> QuarantineRequest | None:
    """Return what was asked about a delivery and waits for an answer."""
    return session.scalar(
        select(QuarantineRequest).where(
            QuarantineRequest.submission_id == submission_id, QuarantineRequest.state == QuarantineState.OPEN
        )
    )


def _files(result: object) -> Iterator[Infected]:
    found = result.get("infected", ()) if isinstance(result, dict) else ()
    for file in found:
        yield Infected(str(file["place"]), str(file["sha256"]), str(file["signature"]))


def _infected() -> tuple[ColumnElement[bool], ...]:
    found = exists().where(Finding.submission_id == Submission.id, Finding.code == CODE)
    return Submission.state == SubmissionState.REFUSED, found


def _seen_by(viewer: Viewer, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    if not viewer.agencies_with(SEES):
        raise NotAllowedError(because("ingest.quarantine-not-yours", who=viewer.name))
    return seen_by(viewer, column, roles=SEES)
