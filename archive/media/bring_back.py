"""Give the stores back from a medium what they lack; every hash is the register's, not the medium's.

A register that knows nothing (all is lost) believes the medium's manifest instead, puts everything into the stores, and
`tangthu rebuild` then makes the register from them and judges it.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from archive.alone import alone, work_on_copies
from archive.copies import examine_one, put_right, stores
from archive.errors import AlreadyStoredError, NotFoundError, TemporaryError
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.merkle import FIRST_CHAIN
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.segment import FOLDER, Standing, head_of, standing
from archive.ledger.stamp import PREFIX
from archive.media.medium import DATA, File, listed, number_of
from archive.media.records import note
from archive.packages.bag import MANIFEST
from archive.register.media import Medium, MediumState
from archive.register.models import CaseFile, CaseFileState, Copy, CopyState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.underway import being_destroyed


@dataclass
class BroughtBack:
    """What an import did.

    Attributes:
        written: "store:name" of what was put into a store.
        skipped: names of packages that were destroyed by order: they are not brought back.
        faults: sentences; empty when all that was lacking is there now.
        rebuild: the register knew nothing: run `tangthu rebuild` now.
    """

    number: str
    written: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    rebuild: bool = False


@dataclass(frozen=True)
class _Known:
    id: str
    case_file_id: str
    sha256: str


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
    here: list[str] = []
    for file in listed(folder):
        if file.size < 0:
            done.faults.append(f"{file.name} is not on the medium")
        elif done.rebuild:
            _put(folder, file, used, done)
        elif file.name.startswith(f"{FOLDER}/"):
            _segment(folder, file, used, done)
        elif id := _package(folder, file, used, done, actor, now):
            here.append(id)
    if not done.rebuild and (fault := _remember(folder, done.number, here, actor, now)):
        done.faults.append(fault)
    return done


def _package(
    folder: Path, file: File, places: Sequence[Store], done: BroughtBack, actor: str, now: datetime
) -> str:
    """Bring one package back; return its id when it is the register's, "" otherwise."""
    with reading() as session:
        row = session.execute(
            select(Package.id, Package.case_file_id, Package.sha256).where(Package.name == file.name)
        ).first()
    if row is None:
        done.faults.append(f"{file.name} is not in the register")
        return ""
    if row.sha256 != file.sha256:
        done.faults.append(f"{file.name} on the medium is not the package the register knows")
        return ""
    known = _Known(row.id, row.case_file_id, row.sha256)
    try:
        with alone(work_on_copies(known.case_file_id)):
            # Asked here and not before: a destruction may have come in between.
            with reading() as session:
                state = session.get_one(CaseFile, known.case_file_id).state
                if state == CaseFileState.DESTROYED or being_destroyed(session, known.case_file_id):
                    done.skipped.append(file.name)
                    return known.id
                bad = select(Copy.store).where(Copy.package_id == known.id, Copy.state == CopyState.DAMAGED)
                suspect = set(session.scalars(bad))
            written = _put(folder, file, places, done, suspect)
            if written:
                _ledger_repair(known, written, done.number, actor, now)
    except TemporaryError as error:
        done.faults.append(f"{file.name}: {error}")
    return known.id


def _put(
    folder: Path, file: File, places: Sequence[Store], done: BroughtBack, suspect: Collection[str] = ()
) -> list[str]:
    """Put one file into the stores that have nothing of that name and size; return their names.

    Args:
        suspect: stores whose copy is read, because it may have the right size and other bytes.
    """
    path = folder / DATA / file.name
    lacking: list[tuple[Store, bool]] = []
    for store in places:
        try:
            size = store.size(file.name)
        except TemporaryError as error:
            done.faults.append(str(error))
            continue
        if size != file.size or (
            store.name in suspect and examine_one(store, file.name, file.sha256) == CopyState.DAMAGED
        ):
            lacking.append((store, size is not None))
    if not lacking:
        return []
    if sha256_of_file(path) != file.sha256:
        done.faults.append(f"{file.name} went bad on the medium")
        return []
    written = []
    for store, damaged in lacking:
        try:
            put_right(store, file.name, file.sha256, path, damaged=damaged)
        except (TemporaryError, AlreadyStoredError, NotFoundError) as error:
            done.faults.append(str(error))
            continue
        written.append(store.name)
        done.written.append(f"{store.name}:{file.name}")
    return written


def _ledger_repair(known: _Known, written: Sequence[str], number: str, actor: str, now: datetime) -> None:
    told = {
        "case_file_id": known.case_file_id,
        "states": {store: str(CopyState.VERIFIED) for store in written},
        "from": f"medium:{number}",
    }
    with transaction() as session:
        event = append(
            session,
            Verb.REPAIR,
            actor=actor,
            kind="package",
            id=known.id,
            payload=told,
            after=known.sha256,
            now=now,
        )
        apply(session, event)


def _segment(folder: Path, file: File, places: Sequence[Store], done: BroughtBack) -> None:
    """Bring one sealed segment back when the register's seal proves it, or its time-stamp when it is still the same."""
    data = (folder / DATA / file.name).read_bytes()
    if file.name.startswith(PREFIX):
        token = base64.b64encode(data).decode()
        with reading() as session:
            same = session.scalar(select(func.count()).where(SealRow.timestamp_token == token))
        if same:  # another one was renewed since, and the stores have that
            _put(folder, file, places, done)
        return
    with reading() as session:
        row = session.scalar(select(SealRow).where(SealRow.segment == file.name))
        before = (
            session.scalar(select(SealRow.chain).where(SealRow.number == row.number - 1)) if row else None
        )
        head = head_of(row, before or FIRST_CHAIN) if row else None
    if head is None:
        done.faults.append(f"{file.name}: the register has no seal of it; run `tangthu ledger verify`")
        return
    place = f"medium {done.number}:{file.name}"
    if standing(data, head, place)[0] is not Standing.SOUND:
        done.faults.append(f"{file.name} on the medium is not the segment that was sealed")
        return
    _put(folder, file, places, done)


def _remember(folder: Path, number: str, ids: Sequence[str], actor: str, now: datetime) -> str:
    """Let a rebuilt register know of a medium it never heard of: it holds copies that a destruction must find.

    Returns what is wrong with a medium it does know, "" when nothing is.
    """
    with reading() as session:
        row = session.get(Medium, number)
        if row is not None:
            gone = row.state == MediumState.DESTROYED
            return f"medium {number} is said to be destroyed ({row.document}), and here it is" if gone else ""
    files = list(listed(folder))
    begun = {"state": "writing", "label": "", "place": str(folder.resolve().parent), "packages": sorted(ids)}
    written = {
        "state": "written",
        "manifest_sha256": sha256_of_file(folder / MANIFEST),
        "files": len(files),
        "size": sum(max(file.size, 0) for file in files),
        "left_out": [],
    }
    with transaction() as session:
        for told in (begun, written):
            note(session, number, told, actor=actor, now=now)
    return ""
