"""Check what the copies of a package are now, and mend bad ones from a good one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.copies import UNREACHABLE, examine, stores
from archive.errors import DamagedError, NotFoundError, OrderRefusedError, TemporaryError
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import CopyState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.underway import being_destroyed
from archive.wiping import wipe_file, wipe_folder
from archive.workplace import at_work, workplace

BAD = frozenset({CopyState.DAMAGED, CopyState.MISSING})


@dataclass(frozen=True)
class _Kept:
    """What has to be known of a package while its copies are read, outside of any transaction."""

    id: str
    name: str
    sha256: str
    case_file_id: str


def verify_package(
    package_id: str, *, now: datetime, places: Sequence[Store] | None = None
) -> dict[str, str]:
    """Read every copy of a package, write the result (FIXITY_CHECK) and return store -> state.

    Opens its own transactions; none is open while the copies are read. A state is a `CopyState` value, or
    "unreachable" when the store did not answer: then nothing is known and the register keeps what it knew.

    Raises:
        NotFoundError: no such package, or it was erased by order, also while it was read.
        OrderRefusedError: it is being destroyed; what is missing then is no fault.
    """
    with reading() as session:
        package = _kept(session, package_id)
    states = examine(package.name, package.sha256, stores() if places is None else places)
    with transaction() as session:
        _kept(session, package_id)
        _record_check(session, package, states, now=now)
    return states


def _record_check(session: Session, package: _Kept, states: Mapping[str, str], *, now: datetime) -> None:
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
    package_id: str,
    *,
    actor: str,
    role: str = "",
    now: datetime,
    places: Sequence[Store] | None = None,
) -> list[str]:
    """Replace every damaged or missing copy from a good one; return the names of the mended stores.

    Opens its own transactions; none is open while copies are read or written. Nobody destroys the case file
    meanwhile (`archive.alone`). The damaged object is quarantined before the good one is written, never deleted.
    What was found is ledgered (FIXITY_CHECK) and each mended copy too (REPAIR).

    Raises:
        NotFoundError: no such package, or it was erased by order.
        OrderRefusedError: it is being destroyed; a repair would put back what was just erased.
        DamagedError: no store has a good copy; what was found is not lost, verify writes it.
        TemporaryError: a store did not take the good copy, or did not give the right bytes back; or somebody
            is at work on the copies of this case file.
    """
    with reading() as session:
        case_file_id = _kept(session, package_id).case_file_id
    with alone(work_on_copies(case_file_id)):
        with reading() as session:
            package = _kept(session, package_id)
        used = list(stores() if places is None else places)
        states = examine(package.name, package.sha256, used)
        good = next((store for store in used if states[store.name] == CopyState.VERIFIED), None)
        if good is None:
            raise DamagedError(
                package.name, f"no store has a good copy ({states}); look for it in the backups"
            )
        bad = [store for store in used if states[store.name] in BAD]
        if not bad:
            return []
        with transaction() as session:
            _record_check(session, package, states, now=now)
        with _spooled(good, package) as path:
            for store in bad:
                aside = _replace(store, package, path, damaged=states[store.name] == CopyState.DAMAGED)
                told = {
                    "case_file_id": package.case_file_id,
                    "states": {store.name: str(CopyState.VERIFIED)},
                    "was": states[store.name],
                    "from": good.name,
                    "quarantined": aside,
                }
                with transaction() as session:
                    event = append(
                        session,
                        Verb.REPAIR,
                        actor=actor,
                        role=role,
                        kind="package",
                        id=package.id,
                        payload=told,
                        after=package.sha256,
                        now=now,
                    )
                    apply(session, event)
    return [store.name for store in bad]


def _replace(store: Store, package: _Kept, path: Path, *, damaged: bool) -> str:
    """Write the good copy and read it back; return where the damaged one is now, "" when there was none."""
    aside = store.quarantine(package.name) if damaged else ""
    store.put(package.name, path)
    state = examine(package.name, package.sha256, [store])[store.name]
    if state != CopyState.VERIFIED:
        raise TemporaryError(
            because("archive.copy-not-good", store=store.name, name=package.name, state=state)
        )
    return aside


def _kept(session: Session, package_id: str) -> _Kept:
    package = session.get(Package, package_id, populate_existing=True)
    if package is None:
        raise NotFoundError(because("archive.no-package", package=package_id))
    session.refresh(package, ["copies"])
    if package.copies and all(copy.state == CopyState.ERASED for copy in package.copies):
        raise NotFoundError(because("archive.package-erased", package=package.name))
    if being_destroyed(session, package.case_file_id, begun=True):
        raise OrderRefusedError((because("archive.being-destroyed", package=package.name),))
    return _Kept(package.id, package.name, package.sha256, package.case_file_id)


@contextmanager
def _spooled(store: Store, package: _Kept) -> Iterator[Path]:
    """Yield the good copy as a file beside the register, hashed once more after it was copied."""
    with at_work(_spool(package.name)) as folder:
        path = folder / "good"
        with store.open(package.name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        if sha256_of_file(path) != package.sha256:
            raise DamagedError(f"{store.name}:{package.name}", "it went bad while it was copied")
        try:
            yield path
        finally:
            wipe_file(path)


def clear_spool(name: str) -> None:
    """Overwrite and remove what a killed repair of that package left in the work folder."""
    for folder in workplace().glob(f"{_spool(name)}*"):
        wipe_folder(folder)


def _spool(name: str) -> str:
    return f"repair-{hashlib.sha256(name.encode()).hexdigest()[:16]}-"
