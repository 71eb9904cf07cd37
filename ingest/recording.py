"""What a finished step said, written down: findings, ledger events and the statuses owed, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.errors import TangThuError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.register.models import STATES_CLOSED, StepResult, Submission, SubmissionState
from archive.register.project_submissions import STATES_NO_DECISION
from archive.register.projection import apply
from archive.register.session import transaction
from ingest import outbox, reasons
from ingest.gathering import claims
from ingest.lease import Lease
from ingest.steps.step import Outcome, Verdict

STATE_AFTER = {
    Verdict.WAIT: SubmissionState.TO_DECIDE,
    Verdict.GATHER: SubmissionState.GATHERING,
    Verdict.RETURN: SubmissionState.RETURNED,
    Verdict.REFUSE: SubmissionState.REFUSED,
    Verdict.TESTED: SubmissionState.TESTED,
    Verdict.STORED: SubmissionState.STORED,
    Verdict.NOTED: SubmissionState.NOTED,
}
STATES_REFUSING = frozenset({SubmissionState.RETURNED, SubmissionState.REFUSED})
STATUS_OWED = {
    SubmissionState.RETURNED: "02",
    SubmissionState.REFUSED: "02",
    SubmissionState.TESTED: "02",  # never 03 or 06: its sender must not take it for kept
    SubmissionState.STORED: "06",
}
VERB_OF = {
    SubmissionState.RETURNED: Verb.RETURN,
    SubmissionState.REFUSED: Verb.RETURN,
    SubmissionState.STORED: Verb.RECEIPT,
}
ACTOR = "system:ingest"
AGREEMENT = "system:agreement"


class LeaseLostError(TangThuError):
    """Another worker has taken the submission over: this one was believed dead, and what it did is not recorded."""


def record(
    submission_id: str, ours: Lease, name: str, position: int, outcome: Outcome, started: datetime
) -> None:
    """Write the outcome of a step, its findings, events and receipts in one transaction.

    Args:
        ours: the lease under which the step ran.
        name: of the step.
        position: its place in the story, from 0.
        started: aware time at which it began.

    Raises:
        LeaseLostError: somebody else works on it now.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        be_only_writer(session)  # first of all, since an effect may move other submissions
        submission = session.get_one(Submission, submission_id, with_for_update=True)
        if submission.lease_owner != ours.owner:
            raise LeaseLostError(
                f"submission {submission_id} is held by {submission.lease_owner or 'nobody'}"
            )
        submission.waiting, submission.attempts, submission.not_before = "", 0, None
        submission.interrupted = 0
        for note in outcome.notes:
            append(
                session,
                note.verb,
                actor=ACTOR,
                kind="submission",
                id=submission_id,
                payload=note.payload,
                after=note.after,
                basis=note.basis,
                now=now,
            )
        if outcome.effect is not None:
            outcome.effect(session, now)
        if outcome.wipe and outcome.verdict is Verdict.REFUSE:
            _forget(submission)
        if name == "unpack":
            outbox.release(session, submission_id, now=now)
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
        submission.findings.extend(reasons.row_of(finding) for finding in outcome.findings)
        if outcome.file_name is not None:
            submission.file_name = outcome.file_name
        change = _change(submission, outcome)
        state = STATE_AFTER.get(outcome.verdict)
        if name == "decide" and outcome.verdict == Verdict.GO_ON:
            accepted(
                session,
                submission,
                by=AGREEMENT,
                role="",
                basis=outcome.basis,
                agreement_id=outcome.agreement_id,
                now=now,
            )
        elif state is not None or change:
            verb = VERB_OF.get(state, Verb.VALIDATE) if state else Verb.VALIDATE
            payload = change | ({"state": state.value} if state else {})
            decide_by = {"decided_by": ACTOR} if state in STATES_REFUSING else {}
            event = append(
                session,
                verb,
                actor=ACTOR,
                kind="submission",
                id=submission_id,
                payload=payload | decide_by,
                now=now,
            )
            apply(session, event)
        if state in STATES_NO_DECISION:
            submission.state = state  # the machine's own note, as "checking" is: nobody decided anything
        if state is not None:
            submission.step = "" if state in STATES_CLOSED else name
        if state in STATUS_OWED:
            outbox.owe(session, submission, STATUS_OWED[state], _reason(submission, outcome, state), now=now)


def _forget(submission: Submission) -> None:
    """Take out of earlier steps what must not stay: how the sender names a document that is wiped."""
    for step in submission.steps:
        step.result = {key: value for key, value in step.result.items() if key != outbox.ABOUT}


def _change(submission: Submission, outcome: Outcome) -> dict[str, Any]:
    """Return what the outcome makes known of the submission, as a ledger payload."""
    change: dict[str, Any] = {}
    if outcome.findings:
        change["codes"] = sorted({finding.code for finding in submission.findings})
    for key in ("title", "file_code", "mends", "agreement_id", "source", "source_basis"):
        if (value := getattr(outcome, key)) is not None:
            change[key] = value
    if outcome.wanted_again is not None:
        change["wanted_again"] = list(outcome.wanted_again)
    return change


def accepted(
    session: Session,
    submission: Submission,
    *,
    by: str,
    role: str,
    basis: str,
    now: datetime,
    agreement_id: str | None = None,
) -> None:
    """Ledger that a checked submission was accepted, and owe receipt 03."""
    event = append(
        session,
        Verb.DECISION,
        actor=by,
        role=role,
        kind="submission",
        id=submission.id,
        basis=basis,
        now=now,
        payload={
            "state": SubmissionState.ACCEPTED.value,
            "decided_by": by,
            "codes": sorted({finding.code for finding in submission.findings}),
        }
        | ({"agreement_id": agreement_id} if agreement_id else {}),
    )
    apply(session, event)
    outbox.owe(session, submission, "03", "", now=now)
    claims.accepted(session, submission.id, now=now)


def _reason(submission: Submission, outcome: Outcome, state: SubmissionState | None) -> str:
    if state == SubmissionState.TESTED:
        return reasons.tested(submission.findings)
    if state not in STATES_REFUSING:
        return outcome.reason if state is SubmissionState.STORED else ""
    return outcome.reason or reasons.told(submission.findings)
