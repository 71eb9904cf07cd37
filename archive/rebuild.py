"""Rebuild the register from the packages and the ledger alone, and prove that it is the same.

What is lost when the register is lost, whole, a moment after a commit:
- decisions (orders, approvals, holds, receipts, destructions): nothing, they are sealed at once;
- stored case files: nothing, a package without a STORE event is taken in again from the stores (two copies have to
  agree; the others are named);
- other events (views, checks, unfinished submissions) since the last seal, `archive.tasks.seal`'s period at
  most; the raw deliveries of those submissions lie in the quarantine, and their senders got no receipt 06.
While the register is there, all of it is replayed and nothing is lost.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.checkpoints import Checkpoint, newest_checkpoint, write_checkpoint
from archive.copies import stores
from archive.errors import ArchiveError, TangThuError, TemporaryError
from archive.evidence.keep import restore as restore_evidence
from archive.hashing import sha256_of
from archive.keeping import keep
from archive.ledger.append import be_only_writer, read
from archive.ledger.event import Event, Verb
from archive.ledger.restore import restore_from_segments
from archive.ledger.rows import EventRow
from archive.machine_rows import put_back, set_aside
from archive.packages.facts import PackageFacts, WrittenPackage
from archive.packages.reader import read_facts
from archive.register.agencies import set_agency, set_fonds
from archive.register.digest import TABLES, digest
from archive.register.migrate import upgrade
from archive.register.models import (
    STATES_OPEN,
    Agency,
    CaseFile,
    CaseFileState,
    Fonds,
    Package,
    StepResult,
    Submission,
)
from archive.register.projection import project
from archive.register.session import engine, transaction
from archive.settings import ArchiveSettings
from archive.stores.interface import Store

log = logging.getLogger(__name__)

ACTOR = "system:rebuild"
HASHED_UP_TO = 64 * 1024 * 1024
"""Packages up to this size are hashed before their facts are believed; larger ones are judged by the digest."""


@dataclass(frozen=True)
class Report:
    """What a rebuild did.

    Attributes:
        digest_before: of the register as it was; of the newest checkpoint when the register was lost; ""
            when there was neither.
        digest_after: of the rebuilt register at the same event.
        equal: both are known, can be compared, and are the same.
        verdict: "equal", "not equal" or "cannot be compared": nobody knows what the register was (no checkpoint, or
            only some of a version with other columns), or a case file was destroyed after it was known. What the
            destroyed one held is nowhere any more, on purpose.
        events: how many were replayed.
        at_event: the event at which the digests were compared.
        destroyed_since: case files destroyed after that event.
        lost_register: the register was gone, or older than the stores.
        adopted: packages found in the stores without an event, taken in again.
        missing: packages the ledger names and no store has; their case files have no documents now.
        troubles: stores that did not answer, packages that could not be taken in, and those that lie in a store though
            they were destroyed, as sentences.
    """

    digest_before: str
    digest_after: str
    equal: bool
    verdict: str = ""
    events: int = 0
    at_event: int = 0
    destroyed_since: int = 0
    lost_register: bool = False
    adopted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


EQUAL, NOT_EQUAL, NOT_COMPARABLE = "equal", "not equal", "cannot be compared"


def rebuild(*, now: datetime | None = None, places: Sequence[Store] | None = None) -> Report:
    """Delete the register's derived rows, replay the ledger, and return what came of it.

    All of it is one transaction: killed in between, the register is as it was. Stop the workers first; they
    would wait for it.

    Args:
        now: aware time.
        places: stores instead of the configured ones. Where the register was lost they are only read.

    Raises:
        LedgerError: the segments in the stores contradict the register's events.
        TemporaryError: no store answers.
    """
    moment = now or datetime.now(UTC)
    upgrade(engine())
    places = stores() if places is None else places
    with transaction() as session:
        had_events = session.scalar(select(func.max(EventRow.seq))) is not None
        restored = restore_from_segments(session, places)
        restore_evidence(session, places)
    lost = restored > 0 or not had_events
    before: Checkpoint | None = None
    if not lost:
        with transaction() as session:
            before = write_checkpoint(session, now=moment, places=places)
    with transaction() as session:
        be_only_writer(session)
        last = session.scalar(select(func.max(EventRow.seq))) or 0
        before = before or newest_checkpoint(last, places=places)
        set_aside(session)
        for model in reversed(TABLES):
            session.execute(delete(model))
        session.expunge_all()
        replayed = _replay(session, places, stop_at=before.seq if before else 0)
        put_back(session)
        destroyed_since = len(_destroyed(session, after=before.seq)) if before else 0
    if before is None or destroyed_since:
        verdict = NOT_COMPARABLE
    else:
        verdict = EQUAL if before.digest == replayed.digest else NOT_EQUAL
    adopted, troubles = _adopt(places, moment)
    return Report(
        digest_before=before.digest if before else "",
        digest_after=replayed.digest,
        equal=verdict == EQUAL,
        verdict=verdict,
        events=last,
        at_event=before.seq if before else last,
        destroyed_since=destroyed_since,
        lost_register=lost,
        adopted=adopted,
        missing=replayed.missing,
        troubles=troubles,
    )


@dataclass(frozen=True)
class _Replayed:
    digest: str
    missing: tuple[str, ...]


def _replay(session: Session, places: Sequence[Store], *, stop_at: int) -> _Replayed:
    gone = _destroyed(session)
    missing: list[str] = []
    compared = ""
    after = 0
    # Read in batches: PostgreSQL's server-side cursor must not stay open over our own writes.
    while batch := list(read(session, after=after, limit=500)):
        for event in batch:
            facts = None
            if event.verb is Verb.STORE and event.object_id not in gone:
                facts = _facts(event, places)
                if facts is None:
                    missing.append(event.payload["package"]["name"])
            project(session, event, facts)
            if event.seq == stop_at:
                compared = digest(session)
        after = batch[-1].seq
        session.expunge_all()
    return _Replayed(compared or digest(session), tuple(missing))


def _destroyed(session: Session, *, after: int = 0) -> set[str]:
    query = select(EventRow.object_id, EventRow.payload).where(
        EventRow.verb == Verb.DESTROY.value, EventRow.seq > after
    )
    return {row.object_id for row in session.execute(query) if row.payload.get("outcome") == "done"}


def _facts(event: Event, places: Sequence[Store]) -> PackageFacts | None:
    """Return what the package says, from the first copy that can be believed; None when there is none."""
    name = event.payload["package"]["name"]
    for store in places:
        try:
            with store.open(name) as stream:
                if event.payload["package"]["size"] <= HASHED_UP_TO:
                    if sha256_of(stream) != event.after_sha256:
                        continue
                    stream.seek(0)
                facts = read_facts(stream)
        except (ArchiveError, TemporaryError, OSError):
            continue
        if facts.case_file_id == event.object_id and facts.name == name:
            return facts
    return None


def _adopt(places: Sequence[Store], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take in again the packages whose STORE event was lost; return their names, and what could not be done.

    The replay is committed already, so that one bad store or package must not stop the others.
    """
    holding: dict[str, list[Store]] = {}
    adopted, troubles = [], []
    for store in places:
        try:
            for name in store.names():
                if name.endswith(".zip"):
                    holding.setdefault(name, []).append(store)
        except TemporaryError as error:
            troubles.append(str(error))
    for name in sorted(holding):
        try:
            with transaction() as session:
                of = select(CaseFile.state).join(Package, Package.case_file_id == CaseFile.id)
                known = session.scalar(of.where(Package.name == name))
                if known is None and _adopt_one(session, name, holding[name], now):
                    adopted.append(name)
                if known == CaseFileState.DESTROYED:
                    # From a medium or a backup of before the destruction; nobody erases it once more by itself.
                    where = ", ".join(store.name for store in holding[name])
                    troubles.append(
                        f"{name} was destroyed by order and lies in {where} again: erase it there"
                    )
        except TangThuError as error:
            troubles.append(f"{name} was not taken in: {error}")
    return tuple(adopted), tuple(troubles)


def _adopt_one(session: Session, name: str, holding: Sequence[Store], now: datetime) -> bool:
    """Take in one package; say no when the intake knows how far it had come with it and takes it in by itself.

    Raises:
        ArchiveError: no copy can be read, too few agree for one to be believed, or it is another package.
    """
    hashes: dict[str, str] = {}
    for store in holding:
        try:
            with store.open(name) as stream:
                hashes[store.name] = sha256_of(stream)
        except (ArchiveError, TemporaryError, OSError) as error:
            log.warning("store %s does not give %s: %s", store.name, name, error)
    if not hashes:
        raise ArchiveError("no store gives its bytes")
    sha256, agreeing = Counter(hashes.values()).most_common(1)[0]
    good = [store for store in holding if hashes.get(store.name) == sha256]
    try:
        with good[0].open(name) as stream:
            facts = read_facts(stream)
            size = stream.seek(0, 2)
    except OSError as error:
        raise ArchiveError(f"store {good[0].name} does not give it: {error}") from error
    if _under_way(session, facts.submission_id):
        return False
    row = session.get(CaseFile, facts.case_file_id)
    if row is not None and row.state == CaseFileState.DESTROYED:
        raise ArchiveError("its case file was destroyed by order; erase it in the stores")
    if agreeing < (wanted := min(2, ArchiveSettings.load().copies_required)):
        raise ArchiveError(
            f"{agreeing} of {len(hashes)} copies agree and {wanted} must: nobody can say which is the right one"
        )
    if facts.name != name:
        raise ArchiveError(f"what lies there is {facts.name}")
    if session.get(Agency, facts.agency_code) is None:
        set_agency(session, code=facts.agency_code, name=facts.agency_name, actor=ACTOR, now=now)
    if session.get(Fonds, facts.fonds_code) is None:
        set_fonds(
            session,
            code=facts.fonds_code,
            agency_code=facts.agency_code,
            name=facts.fonds_code,
            actor=ACTOR,
            now=now,
        )
    written = WrittenPackage(path=ArchiveSettings.load().data / name, size=size, sha256=sha256)
    keep(session, facts, written, [store.name for store in good], actor=ACTOR, now=now)
    return True


def _under_way(session: Session, submission_id: str) -> bool:
    """Say whether the intake knows how far it had come with it, and so takes it in by itself."""
    submission = session.get(Submission, submission_id)
    if submission is None or submission.state not in STATES_OPEN:
        return False
    steps = select(StepResult.step).where(StepResult.submission_id == submission_id)
    return session.scalar(steps.limit(1)) is not None
