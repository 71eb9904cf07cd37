"""Read a batch of copies, several at the same time, and write down what they are: one event for all that are good.

Nothing is written while copies are read. A kill costs the batch that was being read, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import UNREACHABLE, examine_one
from archive.fixity import MINUTES, PACKAGE
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.register.models import CaseFile, CaseFileState, CopyState, Package
from archive.register.project_fixity import HOLDINGS
from archive.register.projection import apply
from archive.rolling.due import Due
from archive.stores.interface import Store
from archive.underway import being_erased

ACTOR = "system:fixity"
BATCH_EVENT = "fixity"
"""Id of the object (kind `holdings`) that a batch of good copies is ledgered under."""


@dataclass(frozen=True)
class Looked:
    """What a batch of copies was found to be.

    Attributes:
        good: those whose bytes are what they must be.
        bad: (kind, id) of what has a damaged or missing copy, each once.
        silent: those whose store did not answer.
    """

    good: tuple[Due, ...]
    bad: tuple[tuple[str, str], ...]
    silent: tuple[Due, ...]


def look(batch: Sequence[Due], places: Mapping[str, Store], pool: ThreadPoolExecutor) -> Looked:
    """Read each copy whole, from its disk, and compare its SHA-256."""

    def state(due: Due) -> str:
        return examine_one(places[due.store], due.name, due.sha256, from_disk=True)

    found = list(zip(batch, pool.map(state, batch), strict=True))
    return Looked(
        tuple(due for due, state in found if state == CopyState.VERIFIED),
        tuple(
            dict.fromkeys(
                (due.kind, due.id) for due, state in found if state not in (CopyState.VERIFIED, UNREACHABLE)
            )
        ),
        tuple(due for due, state in found if state == UNREACHABLE),
    )


def write_down(session: Session, good: Sequence[Due], *, now: datetime) -> None:
    """Ledger a batch of good copies as one event, but for those of case files that were destroyed, and of versions
    that were taken back, meanwhile."""
    be_only_writer(session)
    gone = _gone(session, {due.id for due in good if due.kind == PACKAGE})
    kept = [due for due in good if due.id not in gone]
    if not kept:
        return
    event = append(
        session,
        Verb.FIXITY_CHECK,
        actor=ACTOR,
        kind=HOLDINGS,
        id=BATCH_EVENT,
        payload={
            "verified": _by_stores(kept),
            "copies": len(kept),
            "size": sum(due.size for due in kept),
        },
        now=now,
    )
    apply(session, event)


def _by_stores(good: Iterable[Due]) -> list[dict[str, Any]]:
    """Return what was found good, grouped by the stores it was found good in: each thing is named once."""
    where: dict[tuple[str, str], list[str]] = defaultdict(list)
    for due in good:
        where[due.kind, due.id].append(due.store)
    groups: dict[tuple[str, ...], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (kind, id), stores in where.items():
        groups[tuple(sorted(stores))]["minutes" if kind == MINUTES else "packages"].append(id)
    return [{"stores": list(stores), **things} for stores, things in sorted(groups.items())]


def _gone(session: Session, ids: set[str]) -> set[str]:
    query = (
        select(Package.id, Package.case_file_id, CaseFile.state)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(Package.id.in_(ids))
    )
    rows = session.execute(query).all()
    erased = being_erased(session, {row.case_file_id for row in rows})
    there = {
        row.id for row in rows if row.state != CaseFileState.DESTROYED and row.case_file_id not in erased
    }
    return ids - there
