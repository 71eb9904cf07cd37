"""What the stores have under the names of packages, asked of all of them at once while no transaction is open.

A store may be slow, or far away: whoever writes must not wait for it, nor keep others waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from archive.copies import stores
from archive.errors import TemporaryError
from archive.register.among import among
from archive.register.decisions import OrderItem
from archive.register.models import Package
from archive.register.session import reading
from archive.stores.interface import Store

Sizes = Mapping[tuple[str, str], int | None]
"""(store, name of a package) -> its size there in bytes; None when it is not there or the store does not answer."""

AT_A_TIME = 12
"""Questions on their way at the same time."""


def size_in(store: Store, name: str) -> int | None:
    """Return the size a store has of a package, None when it is not there or the store does not answer."""
    try:
        return store.size(name)
    except (TemporaryError, OSError):
        return None


def sizes_of_twins(order_id: str, case_file_ids: Collection[str] | None = None) -> Sizes:
    """Return what every store has of the case files that stay for duplicates on an order's list.

    Args:
        order_id: of the order.
        case_file_ids: on its list, all of them if None; of those that go as no duplicate nothing is asked.
    """
    kept = select(OrderItem.same_as).where(OrderItem.order_id == order_id, OrderItem.same_as != "")
    if case_file_ids is not None:
        kept = kept.where(among(OrderItem.case_file_id, case_file_ids))
    with reading() as session:
        names = list(session.scalars(select(Package.name).where(Package.case_file_id.in_(kept))))
    if not names:
        return {}
    asked = [(store, name) for store in stores() for name in names]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        sizes = pool.map(lambda one: size_in(*one), asked)
        return {(store.name, name): size for (store, name), size in zip(asked, sizes, strict=True)}
