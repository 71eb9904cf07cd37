"""The receipts of a destruction, case file by case file: who erased, how, and where there was nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select

from archive.register.among import among
from archive.register.decisions import Receipt
from portal.i18n import _


@dataclass(frozen=True)
class OfFile:
    """The receipts of one case file.

    Attributes:
        in_short: how many places are done with it, a message.
    """

    title: str
    code: str
    receipts: tuple[Receipt, ...]
    in_short: Any
    tone: str


def of_files(one: Any, ids: Collection[str]) -> list[OfFile]:
    """Return the receipts of these case files of a list, in the order of the ids; nothing for those without any.

    Args:
        one: the list (`OneList`, which imports this module).
        ids: of case files.
    """
    query = (
        select(Receipt)
        .where(Receipt.order_id == one.order.id, among(Receipt.case_file_id, ids))
        .order_by(Receipt.case_file_id, Receipt.holder)
    )
    rows = groupby(one.screen.session.scalars(query), key=lambda receipt: receipt.case_file_id)
    found = {id: tuple(group) for id, group in rows}
    items = {item.case_file_id: item for item in one.order.items}
    return [
        OfFile(one.title(items[id]), one.code(items[id]), found[id], *_in_short(found[id]))
        for id in ids
        if id in found
    ]


def words(receipt: Receipt) -> tuple[Any, str]:
    """Return what a receipt comes to, as a message, and its tone."""
    if not receipt.gone:
        return _("Not erased yet"), "wait"
    if receipt.had_nothing:
        return _("Had nothing of it"), "quiet"
    return _("Erased; looked again, nothing left"), "ok"


def _in_short(receipts: Iterable[Receipt]) -> tuple[Any, str]:
    all_of_them = tuple(receipts)
    had = [one for one in all_of_them if not one.had_nothing or not one.gone]
    gone = sum(one.gone for one in had)
    numbers = {"gone": gone, "had": len(had), "asked": len(all_of_them)}
    told = _("Erased at ${gone} of ${had} places that had it; ${asked} asked", mapping=numbers)
    return told, "ok" if gone == len(had) else "wait"
