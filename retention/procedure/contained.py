"""Find the case files all of whose documents another case file of the agency has, whatever their number.

Not each against each: it begins with the documents that lie in more than one case file, so everything else costs one
look at an index. Of each case file that has no document of its own, the rarest one is followed, to the case files most
worth keeping among those that have it; a document that lies in very many costs no more than `LOOKED_AT` comparisons for
each of them, and a duplicate that is only found further down is not told of.

What is found on the way lies in temporary tables of the connection, with indexes: memory does not grow, and neither
database has to guess how much there is. Those are read page by page, so that no transaction stays open while the caller
does something with a page.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Session

from archive.register.among import among
from archive.register.models import CaseFile, CaseFileState, Component, ComponentRole, Record

LOOKED_AT = 20
"""Case files one is compared with at most."""
AT_ONCE = 1000
"""Case files of a page."""

_TEMPORARY = MetaData()
_SHARED = Table(
    "shared_document",
    _TEMPORARY,
    Column("case_file_id", String(36), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("agency_code", String(35), nullable=False),
    Column("place", Integer, nullable=False),  # of the case file among those of the agency that have it
    Column("spread", Integer, nullable=False),  # how many those are
    Index("ix_shared_document", "sha256", "agency_code", "place"),
    prefixes=["TEMPORARY"],
)
_NOTHING_OWN = Table(
    "nothing_own",
    _TEMPORARY,
    Column("case_file_id", String(36), primary_key=True),
    Column("agency_code", String(35), nullable=False),
    Column("size", Integer, nullable=False),  # documents it has
    Column("rarest", String(64), nullable=False),
    prefixes=["TEMPORARY"],
)


def contained(
    session: Session, may_go: Sequence[ColumnElement[bool]]
) -> Generator[tuple[str, str], None, None]:
    """Yield (id, id of one that has all its documents) of case files, those of one together, the best to keep first.

    Args:
        session: to read with; its connection gets temporary tables meanwhile. What it has begun is ended before
            anything is yielded.
        may_go: conditions on `CaseFile` for the first of each pair.
    """
    connection = session.connection()
    _TEMPORARY.create_all(connection, checkfirst=False)
    session.commit()
    try:
        connection = session.connection()
        connection.execute(insert(_SHARED).from_select([column.name for column in _SHARED.c], _shared()))
        connection.execute(text("ANALYZE shared_document"))
        connection.execute(
            insert(_NOTHING_OWN).from_select([column.name for column in _NOTHING_OWN.c], _nothing_own(may_go))
        )
        connection.execute(text("ANALYZE nothing_own"))
        session.commit()
        after = ""
        while page := _page(session, after):
            after = page[-1]
            pairs = session.execute(_pairs().where(among(_NOTHING_OWN.c.case_file_id, page))).all()
            session.commit()
            yield from ((one, kept) for one, kept in pairs)
    finally:
        session.rollback()
        _TEMPORARY.drop_all(session.connection(), checkfirst=False)
        session.commit()


def _page(session: Session, after: str) -> list[str]:
    """Return the next case files that have no document of their own."""
    ids = select(_NOTHING_OWN.c.case_file_id).where(_NOTHING_OWN.c.case_file_id > after)
    return list(session.scalars(ids.order_by(_NOTHING_OWN.c.case_file_id).limit(AT_ONCE)))


def _shared() -> Any:
    """Return the documents that more than one case file of an agency has."""
    original = Component.role == ComponentRole.ORIGINAL
    twice = select(Component.sha256).where(original).group_by(Component.sha256).having(func.count() > 1)
    one = (
        select(Record.case_file_id, Component.sha256)
        .distinct()
        .join(Record, Record.id == Component.record_id)
        .where(original, Component.sha256.in_(twice))
        .subquery()
    )
    kept_first = (
        case((CaseFile.permanent.is_(True), 0), (CaseFile.permanent.is_(False), 1), else_=2),
        func.coalesce(CaseFile.last_day, date.max).desc(),
        CaseFile.total_docs.desc(),
        CaseFile.stored_at,
        CaseFile.id,
    )
    alike = (CaseFile.agency_code, one.c.sha256)
    ranked = (
        select(
            one.c.case_file_id,
            one.c.sha256,
            CaseFile.agency_code,
            func.row_number().over(partition_by=alike, order_by=kept_first).label("place"),
            func.count().over(partition_by=alike).label("spread"),
        )
        .join(CaseFile, CaseFile.id == one.c.case_file_id)
        .where(CaseFile.state == CaseFileState.STORED)
        .subquery()
    )
    return select(ranked).where(ranked.c.spread > 1)


def _nothing_own(may_go: Sequence[ColumnElement[bool]]) -> Any:
    """Return the case files that may go and have no document that is not shared."""
    originals = (
        select(func.count(Component.sha256.distinct()))
        .join(Record, Record.id == Component.record_id)
        .where(Record.case_file_id == _SHARED.c.case_file_id, Component.role == ComponentRole.ORIGINAL)
        .correlate(_SHARED)
        .scalar_subquery()
    )
    other = _SHARED.alias()
    rarest = (
        select(other.c.sha256)
        .where(other.c.case_file_id == _SHARED.c.case_file_id)
        .order_by(other.c.spread, other.c.sha256)
        .limit(1)
        .correlate(_SHARED)
        .scalar_subquery()
    )
    return (
        select(_SHARED.c.case_file_id, _SHARED.c.agency_code, func.count(), rarest)
        .join(CaseFile, CaseFile.id == _SHARED.c.case_file_id)
        .where(*may_go)
        .group_by(_SHARED.c.case_file_id, _SHARED.c.agency_code)
        .having(func.count() == originals)
    )


def _pairs() -> Any:
    here, beside, there = _SHARED.alias("here"), _SHARED.alias("beside"), _SHARED.alias("there")
    # Asked for each pair: joined instead, PostgreSQL pairs first all that have one common document.
    alike = (
        select(func.count())
        .select_from(here)
        .join(there, there.c.sha256 == here.c.sha256)
        .where(
            here.c.case_file_id == _NOTHING_OWN.c.case_file_id,
            there.c.case_file_id == beside.c.case_file_id,
        )
        .correlate(_NOTHING_OWN, beside)
        .scalar_subquery()
    )
    return (
        select(_NOTHING_OWN.c.case_file_id, beside.c.case_file_id)
        .join(
            beside,
            and_(
                beside.c.sha256 == _NOTHING_OWN.c.rarest,
                beside.c.agency_code == _NOTHING_OWN.c.agency_code,
                beside.c.place <= LOOKED_AT,
                beside.c.case_file_id != _NOTHING_OWN.c.case_file_id,
            ),
        )
        .where(alike == _NOTHING_OWN.c.size)
        .order_by(_NOTHING_OWN.c.case_file_id, beside.c.place)
    )
