"""Give the stores back from a medium what they lack; every hash is the register's, not the medium's.

A register that knows nothing (all is lost) believes the medium's manifest instead, puts everything into the stores, and
`tangthu rebuild` then makes the register from them and judges it. What was destroyed by order is not brought back in
either case: the register says so, or, where there is none, the sealed ledger on the medium and in the stores. Begin
with the newest medium: a destruction is only known from a ledger that tells of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.errors import TemporaryError
from archive.fixity import MINUTES, PACKAGE
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.media import proven
from archive.media.destroyed_since import destroyed_packages
from archive.media.medium import File, listed, number_of
from archive.media.putting import BroughtBack, put
from archive.media.remembering import remember
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.models import CaseFile, CaseFileState, Copy, CopyState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.underway import being_destroyed


@dataclass(frozen=True)
class _Known:
    """What the register knows of a package, or of minutes.

    Attributes:
        case_file_id: of a package; "" for minutes, which stay when their case file is destroyed.
    """

    kind: str
    id: str
    sha256: str
    case_file_id: str = ""

    @property
    def told(self) -> dict[str, object]:
        """Return the beginning of an event's payload about it."""
        return {"case_file_id": self.case_file_id} if self.case_file_id else {}


def bring_back(
    folder: Path, *, actor: str, now: datetime, places: Sequence[Store] | None = None
) -> BroughtBack:
    """Put into each store what it lacks and this medium has; good copies in stores are left alone.

    A copy counts as bad when it has another size, or when fixity found it damaged and it still is.

    Raises:
        MediumError: it is no medium, or its manifest cannot be read.
    """
    done = BroughtBack(number_of(folder))
    used = list(stores() if places is None else places)
    with reading() as session:
        done.rebuild = not session.scalar(select(func.count()).select_from(EventRow))
    if done.rebuild:
        _believed(folder, used, done)
        return done
    here: dict[str, list[str]] = {PACKAGE: [], MINUTES: []}
    for file in listed(folder):
        if file.size < 0:
            done.faults.append(f"{file.name} is not on the medium")
        elif proven.is_beside(file.name):
            proven.bring(folder, file, used, done)
        elif known := _of_register(folder, file, used, done, actor, now):
            here[known.kind].append(known.id)
    if fault := remember(folder, done.number, here[PACKAGE], here[MINUTES], actor, now):
        done.faults.append(fault)
    return done


def _believed(folder: Path, places: Sequence[Store], done: BroughtBack) -> None:
    """Bring everything back as the medium has it, the ledger first, and without what the ledger says was destroyed."""
    for file in listed(folder):
        if file.size < 0:
            done.faults.append(f"{file.name} is not on the medium")
        elif proven.is_beside(file.name):
            put(folder, file, places, done)
    gone = destroyed_packages(places)
    for file in listed(folder):
        if file.size < 0 or proven.is_beside(file.name):
            continue
        if file.name in gone:
            done.skipped.append(file.name)
        else:
            put(folder, file, places, done)
    for name, event in gone.items():
        try:
            there = [store.name for store in places if store.size(name) is not None]
        except TemporaryError as error:
            done.faults.append(str(error))
            continue
        if there:  # an older medium was brought back before the ledger was known
            where = ", ".join(there)
            done.faults.append(
                f"{name} was destroyed by order ({event}) and lies in {where}: "
                "run `tangthu rebuild`, then `tangthu erase-again`"
            )


def _of_register(
    folder: Path, file: File, places: Sequence[Store], done: BroughtBack, actor: str, now: datetime
) -> _Known | None:
    """Bring back one package, or the minutes of a hand-over; return it when it is the register's."""
    known = _known(file.name)
    if known is None:
        done.faults.append(f"{file.name} is not in the register")
        return None
    if known.sha256 != file.sha256:
        done.faults.append(f"{file.name} on the medium is not the {known.kind} the register knows")
        return None
    work = work_on_copies(known.case_file_id) if known.case_file_id else f"the copies of {file.name}"
    try:
        with alone(work):
            # Asked here and not before: a destruction may have come in between.
            if _is_going(known):
                done.skipped.append(file.name)
                return known
            written = put(folder, file, places, done, _suspect(known))
            if written:
                _ledger_repair(known, written, done.number, actor, now)
    except TemporaryError as error:
        done.faults.append(f"{file.name}: {error}")
    return known


def _known(name: str) -> _Known | None:
    with reading() as session:
        package = session.scalar(select(Package).where(Package.name == name))
        if package is not None:
            return _Known(PACKAGE, package.id, package.sha256, package.case_file_id)
        minutes = session.scalar(select(Minutes).where(Minutes.name == name))
        return None if minutes is None else _Known(MINUTES, minutes.submission_id, minutes.sha256)


def _is_going(known: _Known) -> bool:
    """Say whether its case file is destroyed, or is being destroyed now."""
    if not known.case_file_id:
        return False
    with reading() as session:
        state = session.get_one(CaseFile, known.case_file_id).state
        return state == CaseFileState.DESTROYED or being_destroyed(session, known.case_file_id)


def _suspect(known: _Known) -> set[str]:
    """Return the stores whose copy fixity found damaged."""
    if known.kind == PACKAGE:
        bad = select(Copy.store).where(Copy.package_id == known.id, Copy.state == CopyState.DAMAGED)
    else:
        bad = select(MinutesCopy.store).where(
            MinutesCopy.submission_id == known.id, MinutesCopy.state == CopyState.DAMAGED
        )
    with reading() as session:
        return set(session.scalars(bad))


def _ledger_repair(known: _Known, written: Sequence[str], number: str, actor: str, now: datetime) -> None:
    told = {
        **known.told,
        "states": {store: str(CopyState.VERIFIED) for store in written},
        "from": f"medium:{number}",
    }
    with transaction() as session:
        event = append(
            session,
            Verb.REPAIR,
            actor=actor,
            kind=known.kind,
            id=known.id,
            payload=told,
            after=known.sha256,
            now=now,
        )
        apply(session, event)
