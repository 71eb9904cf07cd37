"""What was destroyed by order and lies in a store again is erased there once more.

It comes back when somebody restores a store from a copy nobody knew of, or brings back an old medium before the ledger
that tells of the destruction. No new decision is needed: the order that destroyed it was carried out, and the receipt
goes to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import select

from archive.alone import alone, work_on_copies
from archive.copies import stores
from archive.erasing import StoreHolder, record_receipt, target_of
from archive.errors import TangThuError
from archive.register.models import CaseFile, CaseFileState, Package
from archive.register.session import reading, transaction
from archive.stores.interface import Store

AT_ONCE = 500


@dataclass(frozen=True)
class ErasedAgain:
    """What was done.

    Attributes:
        erased: "store:name" of what is gone now.
        troubles: sentences.
    """

    erased: tuple[str, ...]
    troubles: tuple[str, ...]


def erase_again(*, actor: str, now: datetime, places: Sequence[Store] | None = None) -> ErasedAgain:
    """Look through the names in every store, erase what was destroyed, and ledger a receipt for each case file.

    Args:
        actor: who has it done.
        now: aware time.
        places: stores instead of the configured ones.
    """
    erased, troubles = [], []
    for store in stores() if places is None else places:
        try:
            found = list(_back_again(store))
        except TangThuError as error:
            troubles.append(str(error))
            continue
        for case_file_id, order_id, name in found:
            try:
                if _erase(store, case_file_id, order_id, actor, now):
                    erased.append(f"{store.name}:{name}")
            except TangThuError as error:
                troubles.append(f"{store.name}:{name}: {error}")
    return ErasedAgain(tuple(erased), tuple(troubles))


def _back_again(store: Store) -> Iterator[tuple[str, str, str]]:
    """Yield case file, order and name of the packages in this store that were destroyed; each case file once."""
    seen: set[str] = set()
    names = (name for name in store.names() if name.endswith(".zip"))
    while some := list(islice(names, AT_ONCE)):
        query = (
            select(CaseFile.id, CaseFile.gone_order_id, Package.name)
            .join(Package, Package.case_file_id == CaseFile.id)
            .where(Package.name.in_(some), CaseFile.state == CaseFileState.DESTROYED)
        )
        with reading() as session:
            rows = session.execute(query).all()
        for id, order_id, name in rows:
            if id not in seen and order_id:
                seen.add(id)
                yield id, order_id, name


def _erase(store: Store, case_file_id: str, order_id: str, actor: str, now: datetime) -> bool:
    """Erase every version of one case file in one store; say whether it is gone (an object lock may keep it)."""
    with alone(work_on_copies(case_file_id)):
        with reading() as session:
            target = target_of(session, case_file_id)
        receipt = StoreHolder(store).erase(target)
        with transaction() as session:
            record_receipt(session, order_id, case_file_id, receipt, actor=actor, now=now)
    return receipt.gone
