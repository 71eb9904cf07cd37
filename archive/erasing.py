"""Erase a case file from everything that has a copy of it, with a receipt from each (design section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import NotFoundError, TangThuError
from archive.holders import Erasure, Holder, Said, Target, said_of
from archive.ledger.append import NewEvent, append_all
from archive.ledger.event import Verb
from archive.reason import because
from archive.register.among import among
from archive.register.deliveries import deliveries_of_each
from archive.register.models import CaseFile, Package
from archive.register.projection import apply_all
from archive.stores.interface import ErasesMany, Store
from archive.vietnam import day_of
from archive.workplace import ADDING, DESCRIBING, MIGRATING, REPAIR, clear, workplace

AT_A_TIME = 4
"""Case files a store erases at the same time."""
VERSION = re.compile(r"v[0-9]{4,}\.zip")


class _Taken:
    """Targets that several threads take one by one, each not before the thread is free to erase it."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets, self._one_takes = iter(targets), Lock()

    def __iter__(self) -> Iterator[Target]:
        return self

    def __next__(self) -> Target:
        with self._one_takes:
            return next(self._targets)

    @contextmanager
    def ended_by_trouble(self) -> Iterator[None]:
        """Let nobody take any more when the block raises."""
        try:
            yield
        except BaseException:
            with self._one_takes:
                self._targets = iter(())
            raise


class StoreHolder:
    """A store as one who has copies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def name(self) -> str:
        """Return `store:<name>`."""
        return f"store:{self._store.name}"

    @cached_property
    def _work(self) -> Path:
        return workplace()

    def erase(self, target: Target) -> Erasure:
        """Erase every version of the case file's package, look again, and say so. Safe to call twice.

        What a store keeps locked has a day on the receipt, from which on it can be erased.

        Raises:
            TemporaryError: the store did not answer; what was erased stays erased, call again.
        """
        names = self._names(target)
        there = [said for name in names if (said := self._there(name))]
        how = [self._store.erase(name) for name in names]
        of_file = ((work, target.case_file_id) for work in (DESCRIBING, MIGRATING, ADDING))
        clear(*((REPAIR, name) for name in names), *of_file, place=self._work)
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

    def erase_many(self, targets: Iterable[Target]) -> Iterator[tuple[Target, Said]]:
        """Do as `erase` with each, several at the same time: a disk is flushed for many as fast as for one."""
        taken = _Taken(targets)
        # Who is interrupted while waiting (a signal, a limit of time) lets nobody take any more either.
        with ThreadPoolExecutor(AT_A_TIME) as pool, taken.ended_by_trouble():
            working = [pool.submit(self._erase_while, taken) for _ in range(AT_A_TIME)]
            for one in working:
                yield from one.result()

    def _erase_while(self, taken: _Taken) -> list[tuple[Target, Said]]:
        """Erase what is to be taken until there is no more; what is not a holder's trouble stops the others too."""
        with taken.ended_by_trouble(), ExitStack() as lasts:
            if isinstance(self._store, ErasesMany):
                lasts.enter_context(self._store.erasing_many())
            answers = [(target, said_of(self, target)) for target in taken]
            try:
                lasts.close()
            except (TangThuError, OSError) as error:
                # What was erased may come back with the next power cut: nothing of it is settled.
                return [(target, error if isinstance(said, Erasure) else said) for target, said in answers]
            return answers

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
    return targets_of(session, (case_file_id,))[0]


def targets_of(session: Session, case_file_ids: Sequence[str]) -> list[Target]:
    """Return `target_of` each of some hundred case files, in this order.

    Raises:
        NotFoundError: one of them is not there.
    """
    query = select(CaseFile.id, CaseFile.code, CaseFile.agency_code, CaseFile.submission_id)
    rows = {row.id: row for row in session.execute(query.where(among(CaseFile.id, case_file_ids)))}
    if missing := [id for id in case_file_ids if id not in rows]:
        raise NotFoundError(because("archive.no-file", file=missing[0]))
    names: dict[str, list[str]] = {}
    packages = select(Package.case_file_id, Package.name).where(among(Package.case_file_id, case_file_ids))
    for id, name in session.execute(packages.order_by(Package.version)):
        names.setdefault(id, []).append(name)
    deliveries = deliveries_of_each(session, list(rows.values()))
    return [
        Target(
            case_file_id=id,
            code=rows[id].code,
            submission_ids=tuple(sorted(deliveries[id])),
            package_names=tuple(names.get(id, ())),
        )
        for id in case_file_ids
    ]


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
    told = receipt_event(order_id, case_file_id, receipt, actor, role)
    apply_all(session, append_all(session, (told,), now=now))


def receipt_event(order_id: str, case_file_id: str, receipt: Erasure, actor: str, role: str) -> NewEvent:
    """Return the event that tells what a holder said."""
    return NewEvent(
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
    )
