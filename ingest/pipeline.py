"""How a delivery becomes a stored case file, as a story of steps.

    unpack     what arrived is opened safely and its description read
    scan       every file goes past the virus scanner
    look       every file is identified, its pages counted, its signatures judged
    check      the law's tables, the province's rules; all findings at once
    normalise  a verified PDF/A of every document
    decide     the submission agreement accepts, or an archivist does
    pack       one AIP: a BagIt bag with an E-ARK tree in a ZIP
    deposit    a copy in every store, read back
    keep       register and ledger say "stored"; the index follows by itself

Each finished step is one row and its ledger events in one transaction. A killed pipeline goes on after the last of
them; a step that ran but was not recorded runs again and changes nothing. A temporary failure (a tool is down, a
store is full) makes the submission wait, with the reason shown; the queue goes on with the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from archive.errors import TangThuError, TemporaryError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register import models
from archive.register.models import STATES_OPEN, StepResult, Submission, SubmissionState
from archive.register.projection import apply
from archive.register.session import reading, transaction
from ingest import lease, outbox, quarantine
from ingest.checks.catalogue import explain, rule
from ingest.settings import IngestSettings
from ingest.steps.check import as_json, check
from ingest.steps.decide import decide
from ingest.steps.deposit import deposit, keep
from ingest.steps.look import look
from ingest.steps.normalise import normalise
from ingest.steps.pack import pack
from ingest.steps.scan import scan
from ingest.steps.step import Outcome, Step, Verdict, Work
from ingest.steps.unpack import unpack

log = logging.getLogger(__name__)

STEPS: Mapping[str, Step] = {
    "unpack": unpack,
    "scan": scan,
    "look": look,
    "check": check,
    "normalise": normalise,
    "decide": decide,
    "pack": pack,
    "deposit": deposit,
    "keep": keep,
}

STATE_AFTER = {
    Verdict.WAIT: SubmissionState.TO_DECIDE,
    Verdict.GATHER: SubmissionState.GATHERING,
    Verdict.RETURN: SubmissionState.RETURNED,
    Verdict.REFUSE: SubmissionState.REFUSED,
    Verdict.STORED: SubmissionState.STORED,
}
STATUS_OWED = {SubmissionState.RETURNED: "02", SubmissionState.REFUSED: "02", SubmissionState.STORED: "06"}


def advance(submission_id: str, *, steps: Mapping[str, Step] = STEPS) -> str:
    """Take a submission as far as it goes now; return its state ("busy" when another worker has it).

    Unexpected errors rise after the submission was marked as waiting, so that Celery shows them and the sweep
    tries again later; nothing is ever passed on unchecked.
    """
    settings = IngestSettings.load()
    with lease.held(submission_id, seconds=settings.lease_seconds) as ours:
        if not ours:
            return "busy"
        while (due := _next(submission_id, steps)) is not None:
            name, work = due
            started = datetime.now(UTC)
            try:
                outcome = steps[name](work, started)
            except TemporaryError as error:
                return _wait(submission_id, str(error), settings)
            except TangThuError as error:
                return _wait(submission_id, f"cần quản trị viên: {error}", settings)
            except Exception as error:
                _wait(submission_id, f"lỗi không mong đợi ở bước {name}: {type(error).__name__}", settings)
                raise
            _record(submission_id, name, list(steps).index(name), outcome, started)
            if outcome.wipe:
                quarantine.wipe(submission_id)
            if outcome.verdict in (Verdict.STORED,):
                quarantine.drop(submission_id)
    with reading() as session:
        return session.get_one(Submission, submission_id).state


def _next(submission_id: str, steps: Mapping[str, Step]) -> tuple[str, Work] | None:
    """Return the first step not yet recorded and what it needs; None when nothing is to be done now."""
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        if submission.state not in STATES_OPEN:
            return None
        done = {row.step: row.result for row in submission.steps}
        name = next((step for step in steps if step not in done), None)
        if name is None:
            return None
        submission.step = name
        if submission.state == SubmissionState.RECEIVED:
            submission.state = SubmissionState.CHECKING
        return name, Work(
            submission_id=submission.id,
            agency_code=submission.agency_code,
            kind=submission.kind,
            file_name=submission.file_name,
            received_at=submission.received_at,
            raw=quarantine.raw(submission.id),
            folder=quarantine.work(submission.id),
            results=done,
        )


def _record(submission_id: str, name: str, position: int, outcome: Outcome, started: datetime) -> None:
    """Write the outcome, its findings, events and receipts in one transaction."""
    now = datetime.now(UTC)
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        _findings(session, submission, name, outcome)
        submission.waiting, submission.attempts, submission.not_before = "", 0, None
        if outcome.title is not None:
            submission.title = outcome.title
        if outcome.file_code is not None:
            submission.file_code = outcome.file_code
        for note in outcome.notes:
            append(
                session,
                note.verb,
                actor="system:ingest",
                kind="submission",
                id=submission_id,
                payload=note.payload,
                after=note.after,
                basis=note.basis,
                now=now,
            )
        if outcome.effect is not None:
            outcome.effect(session, now)
        if outcome.verdict != Verdict.WAIT:  # an archivist's decision records that step itself
            session.add(
                StepResult(
                    submission_id=submission_id,
                    step=name,
                    position=position,
                    started_at=started,
                    finished_at=now,
                    outcome=str(outcome.verdict),
                    result=dict(outcome.result),
                )
            )
        if name == "decide" and outcome.verdict == Verdict.GO_ON:
            mark_accepted(session, submission, by="system:agreement", now=now)
        state = STATE_AFTER.get(outcome.verdict)
        if state is not None:
            _move(session, submission, state, outcome, now)


def _move(
    session: Session, submission: Submission, state: SubmissionState, outcome: Outcome, now: datetime
) -> None:
    submission.step = "" if state in STATUS_OWED else submission.step
    verb = Verb.RETURN if state in (SubmissionState.RETURNED, SubmissionState.REFUSED) else Verb.VALIDATE
    event = append(
        session,
        verb,
        actor="system:ingest",
        kind="submission",
        id=submission.id,
        now=now,
        payload={
            "state": state.value,
            "codes": sorted({finding.code for finding in outcome.findings}),
            "title": submission.title,
            "file_code": submission.file_code,
        },
    )
    apply(session, event)
    submission.state = state
    if status := STATUS_OWED.get(state):
        reason = outcome.reason or reasons_text(submission) if status == "02" else ""
        outbox.owe(session, submission, status, reason, now=now)


def mark_accepted(session: Session, submission: Submission, *, by: str, now: datetime) -> None:
    """Turn a checked submission into an accepted one and owe receipt 03."""
    submission.state, submission.decided_by, submission.decided_at = SubmissionState.ACCEPTED, by, now
    outbox.owe(session, submission, "03", "", now=now)


def _findings(session: Session, submission: Submission, step: str, outcome: Outcome) -> None:
    session.execute(
        delete(models.Finding).where(
            models.Finding.submission_id == submission.id, models.Finding.params["_step"].as_string() == step
        )
    )
    for finding in outcome.findings:
        facts = as_json(finding)
        session.add(
            models.Finding(
                submission_id=submission.id,
                code=finding.code,
                severity=str(rule(finding.code).severity),
                place=finding.place,
                params=facts["params"] | {"_step": step, "_document": str(finding.document)},
            )
        )
    session.flush()
    session.refresh(submission, ["findings"])


def reasons_text(submission: Submission) -> str:
    """Return the findings as the Vietnamese text a status message carries; short enough for any receiver."""
    from ingest.finding import Finding

    lines = []
    for row in submission.findings:
        params = {key: value for key, value in row.params.items() if not key.startswith("_")}
        told = explain(Finding(row.code, row.place, params), "vi")
        lines.append(f"[{row.code}] {row.place}: {told.text} Cách khắc phục: {told.remedy} ({told.clause})")
    return "\n".join(lines)[:4000]


def _wait(submission_id: str, reason: str, settings: IngestSettings) -> str:
    """Leave the submission where it is, say why, and when it is tried again (doubling waits)."""
    now = datetime.now(UTC)
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        submission.attempts += 1
        pause = min(settings.retry_seconds * 2 ** (submission.attempts - 1), settings.retry_limit_seconds)
        submission.waiting, submission.not_before = reason, now + timedelta(seconds=pause)
    log.warning("submission %s waits %s s: %s", submission_id, pause, reason)
    return "waiting"


def unfinished(session: Session, *, now: datetime, limit: int = 200) -> list[str]:
    """Return the ids of submissions nobody works on although something is to be done now, oldest first.

    Each is marked so that it is not named again within a minute: it may stand in a long queue.
    """
    ids = list(
        session.scalars(
            select(Submission.id)
            .where(
                Submission.state.in_(STATES_OPEN),
                or_(Submission.lease_until.is_(None), Submission.lease_until < now),
                or_(Submission.not_before.is_(None), Submission.not_before <= now),
                Submission.received_at < now - timedelta(seconds=10),
            )
            .order_by(Submission.received_at)
            .limit(limit)
        )
    )
    session.execute(
        update(Submission).where(Submission.id.in_(ids)).values(not_before=now + timedelta(seconds=60))
    )
    return ids
