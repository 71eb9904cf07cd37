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

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from archive.adopting import adopt
from archive.checkpoints import Checkpoint, newest_checkpoint, write_checkpoint
from archive.copies import stores
from archive.evidence.keep import restore as restore_evidence
from archive.ledger.append import be_only_writer
from archive.ledger.restore import restore_from_segments
from archive.ledger.rows import EventRow
from archive.machine_rows import put_back, set_aside
from archive.register.digest import TABLES
from archive.register.forgetting import forget
from archive.register.migrate import upgrade
from archive.register.models import CaseFile
from archive.register.project_case_files import forget_deliveries
from archive.register.session import engine, transaction
from archive.replaying import destroyed, replay
from archive.stores.interface import Store


@dataclass(frozen=True)
class Report:
    """What a rebuild did.

    Attributes:
        digest_before: of the register as it was; of the newest checkpoint when the register was lost; ""
            when there was neither.
        digest_after: of the rebuilt register at the same event.
        equal: both are known, can be compared, and are the same.
        verdict: "equal", "not equal" or "cannot be compared": nobody knows what the register was (no checkpoint, or
            only some of a version with other columns), or a case file was destroyed, or a version of one taken back,
            after it was known. What that held is nowhere any more, on purpose.
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
        known = session.scalar(select(func.max(EventRow.seq))) or 0
        restored = restore_from_segments(session, places)
        restore_evidence(session, places)
    lost = restored > 0 or not known
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
        replayed = replay(session, places, stop_at=before.seq if before else 0)
        put_back(session)
        if lost and known:
            # The register is older than the stores: what it noted of deliveries may be of case files destroyed since.
            for case_file_id in destroyed(session, after=known):
                forget_deliveries(session, session.get_one(CaseFile, case_file_id))
        destroyed_since = len(destroyed(session, after=before.seq)) if before else 0
    forget()  # an older register described records that were destroyed since
    if before is None or destroyed_since or replayed.taken_back_since:
        verdict = NOT_COMPARABLE
    else:
        verdict = EQUAL if before.digest == replayed.digest else NOT_EQUAL
    adopted, troubles = adopt(places, moment)
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
