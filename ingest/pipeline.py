"""How a delivery becomes a stored case file, as a story of steps.

    unpack     what arrived is opened safely and its description read
    join       documents that came alone are joined into the case file that names them
    scan       every file goes past the virus scanner
    look       every file is identified, its pages counted, its signatures judged
    check      the law's tables, the province's rules; all findings at once
    normalise  a verified PDF/A of every document
    decide     the submission agreement accepts, or an archivist does
    pack       one AIP: a BagIt bag with an E-ARK tree in a ZIP
    deposit    a copy in every store, read back
    keep       register and ledger say "stored"; the index follows by itself

A message of one document goes another way: unpack, heed (what it asks or reports is done or noted), scan, look,
gather (it waits for its case file).

Each finished step is one row and its ledger events in one transaction. A killed pipeline goes on after the last of
them; a step that ran but was not recorded runs again and changes nothing. A temporary failure (a tool is down, a
store is full) makes the submission wait, with the reason shown; the queue goes on with the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from archive.errors import TangThuError, TemporaryError
from archive.flushing import flush_changed
from archive.reason import Reason, as_text, because, trouble
from archive.register.models import STATES_OPEN, Submission, SubmissionKind, SubmissionState
from archive.register.models import Finding as FindingRow
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from ingest import lease, our_disk, quarantine, reasons
from ingest.agreements.judging import giving_back, told_partial
from ingest.agreements.versions import agreed_on
from ingest.lease import Lease, Taken
from ingest.recording import LeaseLostError, record
from ingest.settings import IngestSettings
from ingest.steps.check import check
from ingest.steps.decide import decide
from ingest.steps.deposit import deposit, keep
from ingest.steps.gather import gather
from ingest.steps.heed import heed
from ingest.steps.join import join
from ingest.steps.look import look
from ingest.steps.normalise import normalise
from ingest.steps.pack import pack
from ingest.steps.scan import scan
from ingest.steps.step import Outcome, Step, Verdict, Work
from ingest.steps.unpack import unpack

log = logging.getLogger(__name__)

STEPS: Mapping[str, Step] = {
    "unpack": unpack,
    "heed": heed,
    "join": join,
    "scan": scan,
    "look": look,
    "gather": gather,
    "check": check,
    "normalise": normalise,
    "decide": decide,
    "pack": pack,
    "deposit": deposit,
    "keep": keep,
}

ROUTES: Mapping[str, tuple[str, ...]] = {
    SubmissionKind.EDXML: ("unpack", "heed", "scan", "look", "gather"),
    SubmissionKind.STATUS: ("unpack", "heed"),
}
CASE_FILE = tuple(name for name in STEPS if name not in ("heed", "gather"))

LONGEST_PAUSE = timedelta(days=1)  # between two tries of what kills its worker
JUDGED = frozenset({"check", "normalise"})
"""Steps whose errors an agreement may have sent back by an archivist, or in part."""


def advance(submission_id: str, *, steps: Mapping[str, Step] = STEPS) -> str:
    """Take a submission as far as it goes now; return its state ("busy" when another worker has it).

    Unexpected errors rise after the submission was marked as waiting, so that Celery shows them and the sweep
    tries again later; nothing is ever passed on unchecked.
    """
    settings = IngestSettings.load()
    with lease.held(submission_id, seconds=settings.lease_seconds) as ours:
        if not ours:
            return "busy"
        if ours.taken is Taken.FROM_THE_DEAD and _set_aside(submission_id, settings):
            return "waiting"
        while (due := _next(submission_id, steps)) is not None:
            name, work = due
            started = datetime.now(UTC)
            try:
                outcome = steps[name](work, started)
                if name in JUDGED:
                    outcome = _as_agreed(work, outcome)
                if not outcome.wipe:  # before the register says it is done: a power cut must not lose it
                    flush_changed(work.folder, since=started.timestamp())
                record(submission_id, ours, name, list(steps).index(name), outcome, started)
            except LeaseLostError:
                return _gave_way(submission_id)
            except TemporaryError as error:
                return _wait(submission_id, ours, error.reason, settings)
            except TangThuError as error:
                why = because("ingest.needs-administrator", why=error.reason)
                return _wait(submission_id, ours, why, settings)
            except OSError as error:
                if our_disk.is_ours(error):
                    full = because("ingest.disk-trouble", trouble=trouble(error))
                    return _wait(submission_id, ours, full, settings)
                _wait(submission_id, ours, _unexpected(name, error), settings)
                raise
            except Exception as error:
                _wait(submission_id, ours, _unexpected(name, error), settings)
                raise
            if outcome.wipe:
                quarantine.drop(submission_id)
            for other in outcome.wipe_also:
                quarantine.drop(other)
            if outcome.verdict is Verdict.STORED:
                _drop_all(submission_id)
    with reading() as session:
        return session.get_one(Submission, submission_id).state


def route(kind: str) -> tuple[str, ...]:
    """Return the names of the steps a submission of this kind takes, in order."""
    return ROUTES.get(kind, CASE_FILE)


def _drop_all(submission_id: str) -> None:
    """Remove what is now in the stores: the delivery's bytes, and those of the documents gathered into it."""
    with reading() as session:
        ids = session.scalars(select(Submission.id).where(Submission.gathered_into == submission_id)).all()
    for id in (submission_id, *ids):
        quarantine.drop(id)


def _gave_way(submission_id: str) -> str:
    """Answer "busy" for a worker believed dead; what it wrote after another had stored the delivery goes now."""
    with reading() as session:
        stored = session.get_one(Submission, submission_id).state == SubmissionState.STORED
    if stored:
        _drop_all(submission_id)
    return "busy"


def _unexpected(step: str, error: Exception) -> Reason:
    return because("ingest.unexpected", step=step, kind=type(error).__name__)


def _set_aside(submission_id: str, settings: IngestSettings) -> bool:
    """Note that the worker before died; say whether to leave the submission alone for now.

    Once may be a restart or a cut of power. Twice without a step done in between, the wait doubles each time.
    """
    now = datetime.now(UTC)
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        times = submission.interrupted
        where = because("ingest.interrupted-at", times=times, step=submission.step)
        cut = where if submission.step else because("ingest.interrupted", times=times)
        submission.waiting = as_text([cut])
        if times < 2:
            return False
        pause = min(timedelta(seconds=settings.retry_seconds) * 2 ** min(times - 1, 20), LONGEST_PAUSE)
        submission.not_before = now + pause
    log.error("submission %s: %s workers died of it in a row; set aside for %s", submission_id, times, pause)
    return True


def _next(submission_id: str, steps: Mapping[str, Step]) -> tuple[str, Work] | None:
    """Return the first step not yet recorded and what it needs; None when nothing is to be done now."""
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        if submission.state not in STATES_OPEN:
            return None
        done = {row.step: row.result for row in submission.steps}
        name = next((step for step in route(submission.kind) if step not in done), None)
        if name is None:
            return None
        submission.step = name
        if submission.state == SubmissionState.RECEIVED:
            submission.state = SubmissionState.CHECKING
        return name, Work(
            submission_id=submission.id,
            agency_code=submission.agency_code,
            kind=submission.kind,
            file_name=quarantine.name_of(submission.id),
            received_at=submission.received_at,
            raw=quarantine.raw(submission.id),
            folder=quarantine.work(submission.id),
            results=done,
            mends=submission.mends or "",
        )


def _as_agreed(work: Work, outcome: Outcome) -> Outcome:
    """Return the outcome of a step that found errors as the agreement with the agency has them sent back.

    Only what was looked at for signs of secrecy waits for an archivist or goes back in part.
    """
    if outcome.verdict is not Verdict.RETURN:
        return outcome
    with reading() as session:
        agreed = agreed_on(session, work.agency_code, day_of(work.received_at))
        rows = select(FindingRow).where(FindingRow.submission_id == work.submission_id)
        found = [*map(reasons.finding_of, session.scalars(rows)), *outcome.findings]
    total = int(work.results.get("unpack", {}).get("documents", 0))
    decided = giving_back(agreed.terms, found, total=total)
    if not decided.at_once:
        return replace(outcome, verdict=Verdict.WAIT)
    told = ""
    if decided.documents:
        told = told_partial(decided.documents) + (outcome.reason or reasons.told(map(reasons.row_of, found)))
    return replace(
        outcome,
        reason=reasons.fitted(told, reasons.LONGEST) if told else outcome.reason,
        agreement_id=agreed.id,
        wanted_again=decided.documents or None,
    )


def _wait(submission_id: str, ours: Lease, reason: Reason, settings: IngestSettings) -> str:
    """Leave the submission where it is, say why, and when it is tried again (doubling waits)."""
    now = datetime.now(UTC)
    with transaction() as session:
        submission = session.get_one(Submission, submission_id)
        lost = submission.lease_owner != ours.owner
        if not lost:
            submission.attempts += 1
            pause = min(
                settings.retry_seconds * 2 ** min(submission.attempts - 1, 20), settings.retry_limit_seconds
            )
            submission.waiting, submission.not_before = as_text([reason]), now + timedelta(seconds=pause)
    if lost:
        return _gave_way(submission_id)
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
