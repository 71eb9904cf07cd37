"""Promises of holders that could not erase at once (locked objects, offline media): a day each, and a second receipt.

A receipt that is not "gone" names the day by which the bytes will be (design section 5). Here the holder is asked
again; when it says gone, the second receipt is ledgered and the certificate shows it. Asking means erasing, so only
what was destroyed is asked for: a case file that was spared after a holder had promised is kept, and owes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select

from archive.alone import alone, work_on_copies
from archive.erasing import record_receipt, target_of
from archive.errors import TangThuError
from archive.holders import Holder, holders
from archive.register.decisions import OrderItem, Receipt
from archive.register.models import CaseFile, CaseFileState
from archive.register.project_case_files import DONE
from archive.register.session import reading, transaction
from archive.vietnam import day_of


@dataclass(frozen=True)
class Promise:
    """What a holder still owes of one destroyed case file.

    Attributes:
        trouble: why asking it again brought nothing, "" when it was not asked or only said what it said before.
    """

    order_id: str
    case_file_id: str
    holder: str
    what: str
    by: date
    trouble: str = ""

    def overdue(self, now: datetime) -> bool:
        """Say whether its day has passed."""
        return self.by < day_of(now)


def owed() -> list[Promise]:
    """Return every promise of a destruction that was carried out and is not kept yet, the earliest day first."""
    item = and_(OrderItem.order_id == Receipt.order_id, OrderItem.case_file_id == Receipt.case_file_id)
    query = (
        select(Receipt)
        .join(OrderItem, item)
        .where(Receipt.gone.is_(False), Receipt.expires_on.is_not(None), OrderItem.outcome == DONE)
        .order_by(Receipt.expires_on, Receipt.case_file_id, Receipt.holder)
    )
    with reading() as session:
        return [
            Promise(row.order_id, row.case_file_id, row.holder, row.what, row.expires_on)
            for row in session.scalars(query)
            if row.expires_on is not None
        ]


def keep(
    *, actor: str, now: datetime, of: str = "", due_only: bool = True, ask: Sequence[Holder] | None = None
) -> list[Promise]:
    """Ask holders again for what they promised; ledger a second receipt where it is gone; return what is still owed.

    Args:
        actor: who asks.
        now: aware time.
        of: only this holder.
        due_only: only promises whose day has come.
        ask: holders instead of those installed.
    """
    known = {holder.name: holder for holder in (holders() if ask is None else ask)}
    left = []
    for promise in owed():
        asked = (not of or promise.holder == of) and (not due_only or promise.by <= day_of(now))
        trouble = _again(promise, known.get(promise.holder), actor, now) if asked else ""
        if trouble is not None:
            left.append(Promise(**{**vars(promise), "trouble": trouble}))
    return left


def _again(promise: Promise, holder: Holder | None, actor: str, now: datetime) -> str | None:
    """Return None when it is gone now."""
    if holder is None:
        return f"there is no holder {promise.holder} any more; find out where its bytes are"
    try:
        with alone(work_on_copies(promise.case_file_id)):
            with reading() as session:
                if session.get_one(CaseFile, promise.case_file_id).state != CaseFileState.DESTROYED:
                    return "its case file is not destroyed, so nothing is erased"
                target = target_of(session, promise.case_file_id)
            receipt = holder.erase(target)
    except TangThuError as error:
        return str(error)
    if not receipt.gone:
        return ""  # the day it promised first stands: a promise is not moved by asking
    with transaction() as session:
        record_receipt(session, promise.order_id, promise.case_file_id, receipt, actor=actor, now=now)
    return None
