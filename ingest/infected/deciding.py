"""Ask for an infected delivery's release or destruction, and answer what another person asked.

Threat model: one person, or one stolen account, wants a virus in the archive, or evidence of one out of it. So two
different people with different roles say the same, the vault compares their names by itself (and the table once more),
and what is released is scanned again before anything else is done with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.queue import send_after_commit
from archive.reason import because
from archive.register.infected import QuarantineRequest, QuarantineState, Wish
from archive.register.models import Finding, StepResult, Submission, SubmissionState, new_id
from archive.register.projection import apply
from archive.viewer import Role, Viewer, same_person
from ingest.errors import IngestError
from ingest.infected.holding import ANSWERS, ASKS, CODE, Held, one

BASIS = "quy trình cách ly hai người của hệ thống (không có điều luật quy định)"
LONGEST = 2000
CODES_OF_SCAN = (CODE, "VIRUS_UNSCANNED")


def ask(
    session: Session, submission_id: str, *, wish: Wish, reason: str, viewer: Viewer, now: datetime
) -> str:
    """Ask that an infected delivery be released or destroyed; return the request's id.

    Raises:
        NotFoundError: no such delivery in quarantine that the viewer may see.
        NotAllowedError: the viewer is no archivist of its agency.
        IngestError: something is asked already, no reason was given, or the scan's result is lost.
    """
    be_only_writer(session)
    there = one(session, submission_id, viewer=viewer)
    viewer.require(ASKS, there.submission.agency_code)
    if there.request is not None:
        raise IngestError(because("ingest.quarantine-asked", who=there.request.asked_by))
    if not reason.strip():
        raise IngestError(because("ingest.quarantine-no-reason"))
    if wish is Wish.RELEASE and not there.files:
        raise IngestError(because("ingest.quarantine-unknown-files"))
    request_id = new_id()
    _ledger(
        session,
        submission_id,
        {
            "request_id": request_id,
            "state": QuarantineState.OPEN.value,
            "agency_code": there.submission.agency_code,
            "wish": wish.value,
            "files": [{"sha256": file.sha256, "signature": file.signature} for file in there.files],
            "reason": reason.strip()[:LONGEST],
        },
        viewer,
        ASKS,
        now,
    )
    return request_id


def answer(
    session: Session, request_id: str, *, agree: bool, remark: str, viewer: Viewer, now: datetime
) -> QuarantineRequest:
    """Agree to what another person asked, or decline it; what is agreed happens after the commit.

    Released: the pipeline scans it again and goes on. Destroyed: the bytes are overwritten. Declined: nothing happens,
    and something may be asked anew.

    Raises:
        NotFoundError: no such request the viewer may see, or the bytes are gone.
        NotAllowedError: the viewer asked it, or is neither head nor administrator there.
        IngestError: it is answered already, or no remark was given.
    """
    be_only_writer(session)
    request = session.get(QuarantineRequest, request_id)
    if request is None:
        raise NotFoundError(because("ingest.no-request", request=request_id, who=viewer.name))
    there = one(session, request.submission_id, viewer=viewer)
    session.refresh(request, with_for_update=True)
    role = next((role for role in ANSWERS if viewer.has(role, request.agency_code)), None)
    if role is None:
        raise NotAllowedError(because("ingest.quarantine-who-answers", who=viewer.name))
    if same_person(viewer.name, request.asked_by):
        raise NotAllowedError(because("ingest.quarantine-two-people", who=viewer.name))
    if request.state != QuarantineState.OPEN:
        raise IngestError(because("ingest.request-closed"))
    if not remark.strip():
        raise IngestError(because("ingest.no-word"))
    state = _state(Wish(request.wish), agree)
    told = {"request_id": request_id, "state": state.value, "remark": remark.strip()[:LONGEST]}
    moves = {"state": SubmissionState.RECEIVED.value} if state is QuarantineState.RELEASED else {}
    _ledger(session, request.submission_id, told, viewer, role, now, moves)
    if state is QuarantineState.RELEASED:
        _scan_again(session, there)
    elif state is QuarantineState.DESTROYED:
        send_after_commit(session, "ingest.tasks.wipe_infected", request.submission_id)
    return request


def _state(wish: Wish, agree: bool) -> QuarantineState:
    if not agree:
        return QuarantineState.DECLINED
    return QuarantineState.RELEASED if wish is Wish.RELEASE else QuarantineState.DESTROYED


def _scan_again(session: Session, there: Held) -> None:
    """Take back what the scan said, so that the pipeline goes on with a new one."""
    row: Submission = there.submission
    session.execute(delete(StepResult).where(StepResult.submission_id == row.id, StepResult.step == "scan"))
    session.execute(delete(Finding).where(Finding.submission_id == row.id, Finding.code.in_(CODES_OF_SCAN)))
    row.step, row.waiting, row.attempts, row.not_before, row.interrupted = "scan", "", 0, None, 0
    session.flush()
    session.expire(row, ["findings", "steps"])
    send_after_commit(session, "ingest.tasks.advance", row.id)


def _ledger(
    session: Session,
    submission_id: str,
    told: Mapping[str, Any],
    viewer: Viewer,
    role: Role,
    now: datetime,
    moves: Mapping[str, Any] | None = None,
) -> None:
    event = append(
        session,
        Verb.DECISION,
        actor=viewer.name,
        role=role,
        kind="submission",
        id=submission_id,
        basis=BASIS,
        now=now,
        payload={"quarantine": dict(told), **(moves or {})},
    )
    apply(session, event)
