"""Check what the copies of a package are now, and mend bad ones from a good one."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.copies import UNREACHABLE, examine, stores
from archive.errors import DamagedError, NotFoundError, OrderRefusedError, TemporaryError
from archive.hashing import sha256_of
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import CopyState, Package
from archive.register.projection import apply
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.underway import being_destroyed

BAD = frozenset({CopyState.DAMAGED, CopyState.MISSING})


def verify_package(
    session: Session, package_id: str, *, now: datetime, places: Sequence[Store] | None = None
) -> dict[str, str]:
    """Read every copy of a package, write the result (FIXITY_CHECK) and return store -> state.

    A state is a `CopyState` value, or "unreachable" when the store did not answer: then nothing is known and
    the register keeps what it knew.

    Raises:
        NotFoundError: no such package, or it was erased by order.
    """
    package = _living(session, package_id)
    states = examine(package.name, package.sha256, stores() if places is None else places)
    record_check(session, package, states, now=now)
    return states


def record_check(session: Session, package: Package, states: Mapping[str, str], *, now: datetime) -> None:
    """Ledger what `archive.copies.examine` found; for those who read the copies outside the transaction."""
    known = {store: state for store, state in states.items() if state != UNREACHABLE}
    event = append(
        session,
        Verb.FIXITY_CHECK,
        actor="system:fixity",
        kind="package",
        id=package.id,
        payload={
            "case_file_id": package.case_file_id,
            "states": known,
            "unreachable": sorted(set(states) - set(known)),
        },
        after=package.sha256,
        now=now,
    )
    apply(session, event)


def repair(
    session: Session,
    package_id: str,
    *,
    actor: str,
    role: str = "",
    now: datetime,
    places: Sequence[Store] | None = None,
) -> list[str]:
    """Replace every damaged or missing copy from a good one; return the names of the mended stores.

    The damaged object is quarantined before the good one is written, never deleted. What was found is
    ledgered (FIXITY_CHECK) and each mended copy too (REPAIR).

    Raises:
        NotFoundError: no such package, or it was erased by order.
        OrderRefusedError: it is being destroyed; a repair would put back what was just erased.
        DamagedError: no store has a good copy; what was found is not lost, verify writes it.
        TemporaryError: a store did not take the good copy, or did not give the right bytes back.
    """
    package = _living(session, package_id)
    if being_destroyed(session, package.case_file_id, begun=True):
        raise OrderRefusedError((f"{package.name} is being destroyed by order; nothing of it is repaired",))
    used = list(stores() if places is None else places)
    states = examine(package.name, package.sha256, used)
    good = next((store for store in used if states[store.name] == CopyState.VERIFIED), None)
    if good is None:
        raise DamagedError(package.name, f"no store has a good copy ({states}); look for it in the backups")
    bad = [store for store in used if states[store.name] in BAD]
    if not bad:
        return []
    record_check(session, package, states, now=now)
    with _spooled(good, package) as path:
        for store in bad:
            aside = store.quarantine(package.name) if states[store.name] == CopyState.DAMAGED else ""
            store.put(package.name, path)
            state = examine(package.name, package.sha256, [store])[store.name]
            if state != CopyState.VERIFIED:
                raise TemporaryError(f"store {store.name}: {package.name} is {state} after the repair")
            event = append(
                session,
                Verb.REPAIR,
                actor=actor,
                role=role,
                kind="package",
                id=package.id,
                payload={
                    "case_file_id": package.case_file_id,
                    "states": {store.name: str(CopyState.VERIFIED)},
                    "was": states[store.name],
                    "from": good.name,
                    "quarantined": aside,
                },
                after=package.sha256,
                now=now,
            )
            apply(session, event)
    return [store.name for store in bad]


def is_kept(session: Session, package: Package) -> bool:
    """Say whether copies of the package are still to be found: it was not erased, and is not being erased now."""
    session.refresh(package, ["copies"])
    erased = all(copy.state == CopyState.ERASED for copy in package.copies)
    return not erased and not being_destroyed(session, package.case_file_id, begun=True)


def _living(session: Session, package_id: str) -> Package:
    package = session.get(Package, package_id)
    if package is None:
        raise NotFoundError(f"there is no package {package_id}")
    if package.copies and all(copy.state == CopyState.ERASED for copy in package.copies):
        raise NotFoundError(f"package {package.name} was erased by order")
    return package


@contextmanager
def _spooled(store: Store, package: Package) -> Iterator[Path]:
    """Yield the good copy as a file beside the register, hashed once more after it was copied."""
    work = ArchiveSettings.load().data / "work"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_spool(package.name), dir=work) as folder:
        path = Path(folder) / "good"
        with store.open(package.name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        with path.open("rb") as stream:
            if sha256_of(stream) != package.sha256:
                raise DamagedError(f"{store.name}:{package.name}", "it went bad while it was copied")
        yield path


def clear_spool(name: str) -> None:
    """Overwrite and remove what a killed repair of that package left in the work folder."""
    for folder in (ArchiveSettings.load().data / "work").glob(f"{_spool(name)}*"):
        for file in folder.iterdir():
            with file.open("r+b") as stream:
                stream.write(bytes(file.stat().st_size))
                os.fsync(stream.fileno())
        shutil.rmtree(folder)


def _spool(name: str) -> str:
    return f"repair-{hashlib.sha256(name.encode()).hexdigest()[:16]}-"
