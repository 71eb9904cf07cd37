"""When a case file may go because another one has all its documents (trùng lặp), and what must stay for that.

The law lets what is duplicated go (Law 01/2011/QH13 Điều 17.3; the list of TT 06/2025/TT-BNV is of "hết thời hạn lưu
trữ, trùng lặp") and says no more. All the rest is our reading, each rule on the side of keeping: a case file is a
duplicate when every document of it has its original bytes in one other case file of the same agency, which is kept at
least as long and may be read by the same people (access code), lacks no valid signature that this one has, stands whole
in every store and is on no list itself. In what else they differ is told (`archive.twin_differences`). What
is permanent, or has an unclear period, is never a duplicate; neither is one with a document of which we have no bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from archive.copies import stores
from archive.lacking import stores_lacking
from archive.reason import Reason, because
from archive.register.decisions import Order, OrderItem, OrderKind
from archive.register.models import (
    CaseFile,
    CaseFileState,
    Component,
    ComponentRole,
    Package,
    Record,
)
from archive.register.pieces import pieces
from archive.seen_in_stores import Sizes, size_in
from archive.stores.interface import Store
from archive.underway import still_named

PASSED = "TOTAL-PASSED"
"""EN 319 102-1: the signature is valid, now or at the moment of signing."""
DISPOSING = (OrderKind.DESTRUCTION, OrderKind.TRANSFER)


@dataclass(frozen=True)
class Known:
    """What is compared of a case file.

    Attributes:
        permanent: None while the period is unclear.
        documents: SHA-256 of the originals.
        signed: those of them with a signature that was found valid.
        whole: every document has its original here.
        access: code of who may read it.
    """

    case_file_id: str
    code: str
    agency_code: str
    permanent: bool | None
    retention_years: int | None
    last_day: date | None
    stored_at: datetime
    documents: frozenset[str]
    signed: frozenset[str]
    whole: bool
    access: str


def against_twin(one: Known, kept: Known) -> Iterator[Reason]:
    """Yield why a case file may not go as a duplicate of one that is kept. Pure."""
    if one.case_file_id == kept.case_file_id or one.agency_code != kept.agency_code:
        yield because("archive.twin-elsewhere", file=one.code, kept=kept.code)
    if one.permanent:
        yield because("archive.file-permanent", file=one.code)
    for each in (one, kept):
        if each.permanent is None:
            yield because("archive.period-unknown", file=each.code)
    if one.access != kept.access:
        # Less may be read of the one that stays, or more than may be: either way they are not the same.
        yield because("archive.twin-other-access", file=one.code, kept=kept.code)
    if not one.documents or not one.whole:
        yield because("archive.twin-documents-unknown", file=one.code)
    if missing := one.documents - kept.documents:
        yield because("archive.twin-lacks-documents", file=one.code, kept=kept.code, number=len(missing))
    if not _as_long(one, kept):
        yield because("archive.twin-shorter", file=one.code, kept=kept.code)
    if unsigned := one.signed - kept.signed:
        yield because("archive.twin-lacks-signatures", file=one.code, kept=kept.code, number=len(unsigned))


def _as_long(one: Known, kept: Known) -> bool:
    """Say whether the one that stays is kept as long, by its years and by its last day; unclear is not long."""
    if kept.permanent or one.permanent or None in (kept.permanent, one.permanent):
        return kept.permanent is True
    if kept.last_day is None or one.last_day is None:
        return False
    return kept.last_day >= one.last_day and (kept.retention_years or 0) >= (one.retention_years or 0)


def known(session: Session, case_file_ids: Iterable[str]) -> dict[str, Known]:
    """Return what is compared of these case files, by their ids; those nobody knows are not there."""
    found: dict[str, Known] = {}
    for some in pieces(case_file_ids):
        documents: dict[str, dict[str, list[tuple[str, Mapping[str, Any]]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        query = (
            select(Record.case_file_id, Record.id, Component.sha256, Component.facts)
            .outerjoin(
                Component, and_(Component.record_id == Record.id, Component.role == ComponentRole.ORIGINAL)
            )
            .where(Record.case_file_id.in_(some))
        )
        for case_file_id, record, sha256, facts in session.execute(query):
            originals = documents[case_file_id][record]
            if sha256 is not None:
                originals.append((sha256, facts or {}))
        files = select(
            CaseFile.id,
            CaseFile.code,
            CaseFile.agency_code,
            CaseFile.permanent,
            CaseFile.retention_years,
            CaseFile.last_day,
            CaseFile.stored_at,
            CaseFile.access,
        )
        for row in session.execute(files.where(CaseFile.id.in_(some))):
            records = documents[row.id]
            pairs = [pair for originals in records.values() for pair in originals]
            found[row.id] = Known(
                *row[:-1],
                documents=frozenset(sha256 for sha256, _ in pairs),
                signed=frozenset(sha256 for sha256, facts in pairs if _is_signed(facts)),
                whole=bool(records) and all(records.values()),
                access=row.access,
            )
    return found


def _is_signed(facts: Mapping[str, Any]) -> bool:
    return any(PASSED in (one.get("verdict"), one.get("then_verdict")) for one in facts.get("signatures", ()))


def against_duplicates(
    session: Session, twins: Mapping[str, str], seen: Sizes | None = None
) -> dict[str, tuple[Reason, ...]]:
    """Return what speaks at this moment against each of these going as a duplicate; () when nothing does.

    To be asked in the transaction that acts: of two that duplicate each other, the one whose order is looked at second
    sees the other on its list, or gone.

    Args:
        session: on the register.
        twins: id of a case file -> id of the one that is to stay for it.
        seen: what the stores said before the transaction, no longer ago than the caller answers for; what is not in it
            is asked now.
    """
    if not twins:
        return {}
    # Lists before documents: one of them may end between the two questions, and then its case file is seen gone.
    standing = against_staying(session, twins.values(), places=stores(), seen=seen)
    facts = known(session, sorted({*twins, *twins.values()}))
    return {
        id: standing[kept]
        + (tuple(against_twin(facts[id], facts[kept])) if id in facts and kept in facts else ())
        for id, kept in twins.items()
    }


def against_staying(
    session: Session, case_file_ids: Iterable[str], *, places: Sequence[Store] = (), seen: Sizes | None = None
) -> dict[str, tuple[Reason, ...]]:
    """Return why each of these cannot be counted on to stay: gone, on a list, or not whole in every store.

    Args:
        session: on the register.
        case_file_ids: of them.
        places: stores to look into as well; what the register says of all of them is asked in any case.
        seen: what they said before; what is not in it is asked now.
    """
    found: dict[str, tuple[Reason, ...]] = {}
    for some in pieces(sorted(set(case_file_ids))):
        query = select(CaseFile.id, CaseFile.code, CaseFile.state, on_a_list(CaseFile.id))
        rows = {row.id: row for row in session.execute(query.where(CaseFile.id.in_(some)))}
        lacking = _lacking(session, some, places, seen or {})
        for id in some:
            row = rows.get(id)
            found[id] = (
                (because("archive.file-unknown", file=id),)
                if row is None
                else tuple(_against_row(row.code, row.state, row[3], lacking[id]))
            )
    return found


def _against_row(code: str, state: str, listed: bool, lacking: Collection[str]) -> Iterator[Reason]:
    if state != CaseFileState.STORED:
        yield because("archive.file-gone", file=code, state=state)
    if listed:
        yield because("archive.twin-listed", kept=code)
    if lacking:
        yield because("archive.twin-not-whole", kept=code, stores=", ".join(sorted(lacking)))


def on_a_list(case_file_id: Any) -> ColumnElement[bool]:
    """Return the condition that an open order is to dispose of the case file whose id stands in that column."""
    return exists().where(
        OrderItem.case_file_id == case_file_id,
        Order.id == OrderItem.order_id,
        Order.kind.in_(DISPOSING),
        still_named(),
    )


def _lacking(
    session: Session, ids: Sequence[str], places: Sequence[Store], seen: Sizes
) -> dict[str, set[str]]:
    """Return the stores not known to hold every version of each, or that do not hold it now; one away may not."""
    lacking = stores_lacking(session, ids)
    if places:
        query = select(Package.case_file_id, Package.name, Package.size)
        for id, name, size in session.execute(query.where(Package.case_file_id.in_(ids))):
            lacking[id] |= {store.name for store in places if _size(store, name, seen) != size}
    return lacking


def _size(store: Store, name: str, seen: Sizes) -> int | None:
    key = (store.name, name)
    return seen[key] if key in seen else size_in(store, name)
