"""Check what the copies of a package, or of the minutes of a hand-over, are now, and mend bad ones from a good one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.alone import alone, work_on_copies
from archive.copies import UNREACHABLE, examine, put_right, stores
from archive.errors import (
    AlreadyStoredError,
    DamagedError,
    NotFoundError,
    OrderRefusedError,
    TangThuError,
    TemporaryError,
)
from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.agreements import Minutes
from archive.register.models import CopyState, Package
from archive.register.projection import apply
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.underway import being_destroyed
from archive.wiping import wipe_file
from archive.workplace import REPAIR, at_work, prefix_of

BAD = frozenset({CopyState.DAMAGED, CopyState.MISSING})


PACKAGE, MINUTES = "package", "minutes"


@dataclass(frozen=True)
class _Kept:
    """What has to be known of a thing in the stores while its copies are read, outside of any transaction.

    Attributes:
        case_file_id: of a package; "" for minutes, which stay when their case file is destroyed.
    """

    kind: str
    id: str
    name: str
    sha256: str
    case_file_id: str = ""

    @property
    def work(self) -> str:
        """Return the name of the work on its copies."""
        return work_on_copies(self.case_file_id) if self.case_file_id else f"the copies of {self.name}"

    def told(self, **facts: object) -> dict[str, object]:
        """Return the payload of an event about it."""
        return {"case_file_id": self.case_file_id, **facts} if self.case_file_id else facts


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
        package = _kept(session, PACKAGE, package_id)
    states = examine(package.name, package.sha256, stores() if places is None else places)
    with transaction() as session:
        _kept(session, PACKAGE, package_id)
        _record_check(session, package, states, now=now)
    return states


def _record_check(session: Session, kept: _Kept, states: Mapping[str, str], *, now: datetime) -> None:
    known = {store: state for store, state in states.items() if state != UNREACHABLE}
    event = append(
        session,
        Verb.FIXITY_CHECK,
        actor="system:fixity",
        kind=kept.kind,
        id=kept.id,
        payload=kept.told(states=known, unreachable=sorted(set(states) - set(known))),
        after=kept.sha256,
        now=now,
    )
    apply(session, event)


def repair(
    id: str,
    *,
    actor: str,
    role: str = "",
    now: datetime,
    places: Sequence[Store] | None = None,
    kind: str = PACKAGE,
) -> list[str]:
    """Replace every damaged or missing copy from a good one; return the names of the mended stores.

    Opens its own transactions; none is open while copies are read or written. Nobody destroys the case file
    meanwhile (`archive.alone`). The damaged object is quarantined before the good one is written, never deleted.
    What was found is ledgered (FIXITY_CHECK) and each mended copy too (REPAIR). A store that does not answer is left
    out: its copy is looked at when it is back.

    Args:
        id: of the package; of the delivery when they are minutes.
        kind: "package" or "minutes".

    Raises:
        NotFoundError: there is no such thing, or it was erased by order.
        OrderRefusedError: it is being destroyed; a repair would put back what was just erased.
        DamagedError: no store that answers has a good copy; what was found is ledgered all the same.
        TemporaryError: a store did not take the good copy, or did not give the right bytes back (the other stores
            are mended then); or somebody is at work on the copies of this case file.
        AlreadyStoredError: a store has other bytes under that name now (the other stores are mended then).
    """
    with reading() as session:
        work = _kept(session, kind, id).work
    with alone(work):
        with reading() as session:
            kept = _kept(session, kind, id)
        used = list(stores() if places is None else places)
        states = examine(kept.name, kept.sha256, used)
        good = next((store for store in used if states[store.name] == CopyState.VERIFIED), None)
        bad = [store for store in used if states[store.name] in BAD]
        if not bad and good is not None:
            return []
        if bad:
            with transaction() as session:
                _record_check(session, kept, states, now=now)
        if good is None:
            told = ", ".join(f"{store}: {state}" for store, state in states.items())
            raise DamagedError(kept.name, f"no store has a good copy ({told}); look for it in the backups")
        return _mend(kept, states, bad, good, actor=actor, role=role, now=now)


def _mend(
    kept: _Kept,
    states: Mapping[str, str],
    bad: Sequence[Store],
    good: Store,
    *,
    actor: str,
    role: str,
    now: datetime,
) -> list[str]:
    """Mend one store after another; one that fails keeps no other from being mended.

    Raises:
        TemporaryError, AlreadyStoredError: the trouble of the first store that failed.
    """
    mended: list[str] = []
    failed: list[TangThuError] = []
    with _spooled(good, kept) as path:
        for store in bad:
            try:
                damaged = states[store.name] == CopyState.DAMAGED
                aside = put_right(store, kept.name, kept.sha256, path, damaged=damaged)
            except (TemporaryError, AlreadyStoredError) as error:
                failed.append(error)
                continue
            told = kept.told(
                states={store.name: str(CopyState.VERIFIED)},
                was=states[store.name],
                quarantined=aside,
                **{"from": good.name},
            )
            with transaction() as session:
                event = append(
                    session,
                    Verb.REPAIR,
                    actor=actor,
                    role=role,
                    kind=kept.kind,
                    id=kept.id,
                    payload=told,
                    after=kept.sha256,
                    now=now,
                )
                apply(session, event)
            mended.append(store.name)
    if failed:
        raise failed[0]
    return mended


def _kept(session: Session, kind: str, id: str) -> _Kept:
    return _minutes(session, id) if kind == MINUTES else _package(session, id)


def _minutes(session: Session, submission_id: str) -> _Kept:
    minutes = session.get(Minutes, submission_id)
    if minutes is None:
        raise NotFoundError(because("archive.no-package", package=submission_id))
    return _Kept(MINUTES, submission_id, minutes.name, minutes.sha256)


def _package(session: Session, package_id: str) -> _Kept:
    package = session.get(Package, package_id, populate_existing=True)
    if package is None:
        raise NotFoundError(because("archive.no-package", package=package_id))
    session.refresh(package, ["copies"])
    if package.copies and all(copy.state == CopyState.ERASED for copy in package.copies):
        raise NotFoundError(because("archive.package-erased", package=package.name))
    if being_destroyed(session, package.case_file_id, begun=True):
        raise OrderRefusedError((because("archive.being-destroyed", package=package.name),))
    return _Kept(PACKAGE, package.id, package.name, package.sha256, package.case_file_id)


@contextmanager
def _spooled(store: Store, kept: _Kept) -> Iterator[Path]:
    """Yield the good copy as a file beside the register, hashed once more after it was copied."""
    with at_work(prefix_of(REPAIR, kept.name)) as folder:
        path = folder / "good"
        with store.open(kept.name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        if sha256_of_file(path) != kept.sha256:
            raise DamagedError(f"{store.name}:{kept.name}", "it went bad while it was copied")
        try:
            yield path
        finally:
            wipe_file(path)
