"""What people do with submissions: look at them, accept them, send them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, false, func, select
from sqlalchemy.orm import Session, selectinload

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import be_only_writer
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.queue import send_after_commit
from archive.reason import because
from archive.register.models import StepResult, Submission, SubmissionState
from archive.register.questions import Question
from archive.viewer import Role, Viewer
from ingest import quarantine, returning
from ingest.delivery import Delivery
from ingest.errors import IngestError
from ingest.finding import Finding, Severity
from ingest.handover import minutes
from ingest.pipeline import STEPS
from ingest.recording import accepted
from ingest.seen_by import seen_by
from ingest.sent_by import is_own
from ingest.steps.step import read_saved

CODES_NEVER_ACCEPTED = frozenset({"RECORD_STORED"})
SORTS = {
    "received": Submission.received_at,
    "title": Submission.title,
    "agency": Submission.agency_code,
    "due": Submission.due_at,
}
STATES_UNDECIDED = frozenset(
    {
        SubmissionState.RECEIVED,
        SubmissionState.CHECKING,
        SubmissionState.GATHERING,
        SubmissionState.TO_DECIDE,
    }
)
"""In which the time a regulation sets still runs."""


@dataclass(frozen=True)
class Page:
    """A page of submissions.

    Attributes:
        counts: how many there are per state, over all pages and states, as far as the viewer may see.
        late: how many are undecided although their time is over, over all pages and states.
        asked: how many wait for an answer of their office, over all pages.
    """

    items: list[Submission]
    total: int
    page: int
    size: int
    counts: dict[str, int]
    late: int = 0
    asked: int = 0


def listing(
    session: Session,
    *,
    viewer: Viewer,
    state: str | None = None,
    agency: str | None = None,
    late_only: bool = False,
    asked_only: bool = False,
    now: datetime | None = None,
    sort: str = "-received",
    page: int = 1,
    size: int = 25,
) -> Page:
    """Return the submissions the viewer may see, newest first unless `sort` says otherwise.

    Args:
        late_only: only those that are undecided although their time is over.
        asked_only: only those on which a question waits for an answer of their office.
        now: this moment; without it nothing is late.
        sort: received, title, agency or due; a leading "-" turns the order round. By due: undecided ones first, those
            without a deadline behind them.
    """
    seen = seen_by(viewer, Submission.agency_code)
    mine = select(Submission).where(seen)
    per_state = select(Submission.state, func.count()).where(seen).group_by(Submission.state)
    counts = {str(state_name): int(number) for state_name, number in session.execute(per_state)}
    over = and_(Submission.state.in_(STATES_UNDECIDED), Submission.due_at < now) if now else false()
    late = session.scalar(select(func.count()).select_from(Submission).where(seen, over)) or 0
    waits = (Submission.state == SubmissionState.TO_DECIDE) & exists().where(
        Question.submission_id == Submission.id, Question.answered_at.is_(None)
    )
    asked = session.scalar(select(func.count()).select_from(Submission).where(seen, waits)) or 0
    if late_only:
        mine = mine.where(over)
    if asked_only:
        mine = mine.where(waits)
    if state:
        mine = mine.where(Submission.state == state)
    if agency:
        mine = mine.where(Submission.agency_code == agency)
    total = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    column = SORTS.get(sort.lstrip("-"), Submission.received_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    first = (
        [case((Submission.state.in_(STATES_UNDECIDED), 0), else_=1)] if column is Submission.due_at else []
    )
    rows = session.scalars(
        mine.options(selectinload(Submission.findings))
        .order_by(*first, order.nulls_last(), Submission.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    return Page(list(rows), total, page, size, counts, late, asked)


def one(session: Session, submission_id: str, *, viewer: Viewer) -> Submission:
    """Return one submission with its findings and steps.

    Raises:
        NotFoundError: there is none, or the viewer may not see it (the two look the same on purpose).
    """
    found: Submission | None = session.scalar(
        select(Submission)
        .where(seen_by(viewer, Submission.agency_code), Submission.id == submission_id)
        .options(selectinload(Submission.findings), selectinload(Submission.steps))
    )
    if found is None:
        raise NotFoundError(because("ingest.no-submission", submission=submission_id, who=viewer.name))
    return found


def reason_for_return(session: Session, submission: Submission) -> str:
    """Return in whose words it was returned or refused by a person; "" when the checks did, or nobody did."""
    if submission.state not in (SubmissionState.RETURNED, SubmissionState.REFUSED):
        return ""
    query = select(EventRow.payload).where(
        EventRow.object_id == submission.id, EventRow.verb == Verb.RETURN.value
    )
    payload = session.scalar(query.order_by(EventRow.seq.desc()).limit(1))
    return str((payload or {}).get("reason", ""))


def minutes_of(session: Session, submission_id: str, *, viewer: Viewer) -> bytes:
    """Return the minutes of a hand-over (biên bản giao nhận) as PDF/A.

    Raises:
        NotFoundError: no such delivery that the viewer may see, or no minutes yet.
        TemporaryError: no store has a good copy that can be read now.
    """
    return minutes.read(session, one(session, submission_id, viewer=viewer).id)


def accept(session: Session, submission_id: str, *, viewer: Viewer, now: datetime) -> Submission:
    """Accept a checked submission: receipt 03 is owed and packaging goes on after commit.

    Rule: nobody approves what they proposed (our own; design section 10). What an agreement accepts, nobody accepts.

    Raises:
        NotAllowedError: the viewer is no archivist of that agency, or sent it.
        IngestError: it is not waiting for a decision, or it would overwrite what is stored.
    """
    submission = to_decide(session, submission_id, viewer)
    if is_own(session, submission, viewer):
        raise NotAllowedError(because("ingest.own-submission", who=viewer.name))
    if has_errors(submission):
        raise IngestError(because("ingest.errors-never-accepted"))
    if any(finding.code in CODES_NEVER_ACCEPTED for finding in submission.findings):
        raise IngestError(because("ingest.never-overwritten"))
    accepted(
        session, submission, by=viewer.name, role=Role.ARCHIVIST, basis="NĐ 30/2020/NĐ-CP Điều 30", now=now
    )
    session.add(
        StepResult(
            submission_id=submission.id,
            step="decide",
            position=list(STEPS).index("decide"),
            started_at=now,
            finished_at=now,
            outcome="go-on",
            result={"by": viewer.name, "at": now.isoformat()},
        )
    )
    send_after_commit(session, "ingest.tasks.advance", submission.id)
    return submission


def has_errors(submission: Submission) -> bool:
    """Say whether something was found that has to be mended."""
    return any(finding.severity != Severity.WARNING for finding in submission.findings)


def acceptable(submission: Submission) -> bool:
    """Say whether nothing that was found forbids accepting a delivery."""
    codes = {finding.code for finding in submission.findings}
    return not has_errors(submission) and not codes & CODES_NEVER_ACCEPTED


def send_back(
    session: Session,
    submission_id: str,
    *,
    viewer: Viewer,
    reason: str,
    now: datetime,
    documents: Mapping[int, str] | None = None,
) -> Submission:
    """Return a checked submission to its office: receipt 02 is owed.

    Args:
        reason: about the delivery as a whole; may be empty when documents are marked.
        documents: ordinal -> what is wrong with this document (0: with the case file's own description). Then only
            these have to be sent again; None: the delivery goes back as a whole.

    Raises:
        NotAllowedError: the viewer is no archivist of that agency.
        IngestError: it is not waiting for a decision, no reason was given, no document marked, or one it does not have.
    """
    if not reason.strip() and documents is None:
        raise IngestError(because("ingest.no-reason-for-return"))
    submission = to_decide(session, submission_id, viewer)
    faults: tuple[Finding, ...] = ()
    if documents is not None:
        delivery = delivered(submission.id)
        faults = returning.faults_of(documents, len(delivery.documents) if delivery else 0)
    returning.return_documents(
        session,
        submission,
        faults,
        by=viewer.name,
        role=Role.ARCHIVIST,
        remark=reason.strip(),
        now=now,
    )
    return submission


def delivered(submission_id: str) -> Delivery | None:
    """Return what a submission delivered, as far as it is still in quarantine."""
    path = quarantine.folder(submission_id) / "work" / "delivery.json"
    return read_saved(path, Delivery) if path.exists() else None


def to_decide(session: Session, submission_id: str, viewer: Viewer) -> Submission:
    """Return a submission that waits for this archivist's decision, held until the transaction ends.

    Raises:
        NotFoundError: there is none that the viewer may see.
        NotAllowedError: the viewer is no archivist of that agency.
        IngestError: it is not waiting for a decision.
    """
    be_only_writer(session)  # first of all, as the pipeline does: a recall may be moving it at this moment
    submission = one(session, submission_id, viewer=viewer)
    session.refresh(submission, with_for_update=True)  # two archivists may press two buttons at once
    if not viewer.has(Role.ARCHIVIST, submission.agency_code):
        raise NotAllowedError(
            because("ingest.only-archivist-decides", who=viewer.name, agency=submission.agency_code)
        )
    if submission.state != SubmissionState.TO_DECIDE:
        raise IngestError(because("ingest.nothing-to-decide", state=submission.state))
    return submission
