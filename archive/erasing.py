"""Erase a case file from everything that has a copy of it, with a receipt from each (design section 5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import NotFoundError
from archive.fixity import clear_spool
from archive.holders import Erasure, Holder, Target
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.deliveries import deliveries_of
from archive.register.models import CaseFile, Package
from archive.register.projection import apply
from archive.stores.interface import Store
from archive.vietnam import day_of
from archive.workplace import ADDING, DESCRIBING, MIGRATING, clear

VERSION = re.compile(r"v[0-9]{4,}\.zip")


class StoreHolder:
    """A store as one who has copies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def name(self) -> str:
        """Return `store:<name>`."""
        return f"store:{self._store.name}"

    def erase(self, target: Target) -> Erasure:
        """Erase every version of the case file's package, look again, and say so. Safe to call twice.

        What a store keeps locked has a day on the receipt, from which on it can be erased.

        Raises:
            TemporaryError: the store did not answer; what was erased stays erased, call again.
        """
        names = self._names(target)
        there = [said for name in names if (said := self._there(name))]
        how = [self._store.erase(name) for name in names]
        for name in names:
            clear_spool(name)
        for work in (DESCRIBING, MIGRATING, ADDING):
            clear(work, target.case_file_id)
        left = [one for name in names if (one := self._store.left(name)).objects]
        ends = [one.until for one in left if one.until is not None]
        # Without an end for each of them nobody can promise a day.
        expires_on = day_of(max(ends)) if left and len(ends) == len(left) else None
        what = ", ".join(there)
        # Quarantined remains are erased too, though they are under no name: what could not be erased is said first,
        # then how the others were.
        worded = sorted(
            how, key=lambda words: (not words.startswith("not erased"), words.startswith("not applicable"))
        )
        return Erasure(
            holder=self.name,
            what=what or "nothing",
            how=worded[0] if worded else "not applicable: no package",
            at=datetime.now(UTC),
            gone=not left,
            expires_on=expires_on,
        )

    def _there(self, name: str) -> str:
        """Return what there is of a package: also what is put aside, half-written, or hidden behind a marker."""
        size = self._store.size(name)
        if size is not None:
            return f"{name}, {size} bytes"
        return f"{name}, remains only" if self._store.left(name).objects else ""

    def _names(self, target: Target) -> tuple[str, ...]:
        """Return every version of the package: those the register knows, and those it does not, but this store has.

        A description anew, or a migration, that was killed between the stores and the register leaves one.
        """
        folders = sorted({name.rpartition("/")[0] for name in target.package_names})
        found = (name for folder in folders for name in self._store.names(f"{folder}/v"))
        strays = (name for name in found if VERSION.fullmatch(name.rpartition("/")[2]))
        return tuple(dict.fromkeys((*target.package_names, *strays)))


def store_holders() -> list[Holder]:
    """Return every configured store as a holder (entry point `tangthu.holders`)."""
    return [StoreHolder(store) for store in stores()]


def target_of(session: Session, case_file_id: str) -> Target:
    """Return what is to be erased of a case file: all its packages, and all its deliveries, those sent back too.

    Raises:
        NotFoundError: no such case file.
    """
    row = session.get(CaseFile, case_file_id)
    if row is None:
        raise NotFoundError(because("archive.no-file", file=case_file_id))
    names = select(Package.name).where(Package.case_file_id == case_file_id).order_by(Package.version)
    return Target(
        case_file_id=case_file_id,
        code=row.code,
        submission_ids=tuple(sorted(deliveries_of(session, row))),
        package_names=tuple(session.scalars(names)),
    )


def record_receipt(
    session: Session,
    order_id: str,
    case_file_id: str,
    receipt: Erasure,
    *,
    actor: str,
    role: str = "",
    now: datetime,
) -> None:
    """Ledger what a holder said when it erased (ERASE), and write it into the register.

    DESTROY is for the caller, when every receipt says gone (`retention.destruction`).
    """
    event = append(
        session,
        Verb.ERASE,
        actor=actor,
        role=role,
        kind="case-file",
        id=case_file_id,
        payload={
            "order_id": order_id,
            "holder": receipt.holder,
            "what": receipt.what,
            "how": receipt.how,
            "gone": receipt.gone,
            "expires_on": receipt.expires_on.isoformat() if receipt.expires_on else None,
        },
        now=now,
    )
    apply(session, event)
