"""Which holds stop the disposal of a case file: its own, its agency's, its fonds'. A hold always wins.

A row of `hold` names a case file, or an agency or a fonds and then everything of it, also what arrives later
(a standing hold). Whoever asks whether a case file may go asks here, so that no kind of hold is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive.register.among import among
from archive.register.base import AnyRow
from archive.register.decisions import Hold
from archive.register.models import CaseFile

NAMES = {"case_file_id": "id", "agency_code": "agency_code", "fonds_code": "fonds_code"}
"""Column of `hold` -> column of `case_file` it names one by; the others of that hold are ""."""


def is_active(hold: Hold, today: date) -> bool:
    """Say whether a hold stops disposal on that day; its last day (`until`) is still held."""
    return hold.lifted_at is None and (hold.until is None or hold.until >= today)


def holds_on(file: CaseFile) -> Select[Hold]:
    """Return the query for every hold on one case file, also those over or lifted, first placed first."""
    return (
        select(Hold)
        .where(
            or_(
                Hold.case_file_id == file.id,
                and_(Hold.agency_code == file.agency_code, stands_for(Hold.agency_code)),
                and_(Hold.fonds_code == file.fonds_code, stands_for(Hold.fonds_code)),
            )
        )
        .order_by(Hold.placed_at, Hold.id)
    )


def active_holds(session: Session, file: CaseFile, today: date) -> list[Hold]:
    """Return the holds that stop the disposal of a case file on that day, first placed first."""
    return active_holds_on(session, (file,), today).get(file.id, [])


def active_holds_on(
    session: Session, files: Collection[CaseFile | AnyRow], today: date
) -> dict[str, list[Hold]]:
    """Return `active_holds` of many case files, asked for at once: id -> its holds; whoever has none is left out.

    Args:
        session: on the register.
        files: case files, or rows with the columns of `NAMES`.
        today: the day.
    """
    return holds_among(session, files, in_force(today))


def holds_among(
    session: Session, files: Collection[CaseFile | AnyRow], which: ColumnElement[bool]
) -> dict[str, list[Hold]]:
    """Return the holds on many case files that meet a condition, first placed first; whoever has none is left out.

    Args:
        session: on the register.
        files: case files, or rows with the columns of `NAMES`.
        which: condition on `Hold`.
    """
    asked = {name: {getattr(file, of) for file in files} - {""} for name, of in NAMES.items()}
    named = or_(
        *(
            and_(among(getattr(Hold, name), values), stands_for(getattr(Hold, name)))
            for name, values in asked.items()
        )
    )
    query = select(Hold).where(named, which).order_by(Hold.placed_at, Hold.id)
    by: dict[tuple[str, str], list[Hold]] = {}
    for hold in session.scalars(query.execution_options(populate_existing=True)):
        name = next(name for name in NAMES if getattr(hold, name))
        by.setdefault((name, getattr(hold, name)), []).append(hold)
    if not by:
        return {}
    found = {
        file.id: [hold for name, of in NAMES.items() for hold in by.get((name, getattr(file, of)), ())]
        for file in files
    }
    return {
        id: sorted(holds, key=lambda hold: (hold.placed_at, hold.id)) for id, holds in found.items() if holds
    }


def held(today: date) -> ColumnElement[bool]:
    """Return the condition, within a query over `CaseFile`, that a hold is in force on that day.

    Three questions of one index each instead of one with "or": what is held is small beside what is kept.
    """
    return _named_by(in_force(today))


def in_force(today: date) -> ColumnElement[bool]:
    """Return `is_active` as a condition on `Hold`."""
    return and_(Hold.lifted_at.is_(None), or_(Hold.until.is_(None), Hold.until >= today))


def standing() -> ColumnElement[bool]:
    """Return the condition that a hold stands for an agency or a fonds."""
    return Hold.case_file_id == ""


def of_hold_order(order_id: str) -> ColumnElement[bool]:
    """Return the condition, within a query over `CaseFile`, that a hold of that order names it."""
    return _named_by(Hold.order_id == order_id)


def stands_for(column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that a hold names something by this column.

    Written out and not as a parameter, so that the database knows it for the condition of its index.
    """
    return column != literal_column("''")


def _named_by(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(
        exists().where(Hold.case_file_id == CaseFile.id, which),
        exists().where(Hold.agency_code == CaseFile.agency_code, stands_for(Hold.agency_code), which),
        exists().where(Hold.fonds_code == CaseFile.fonds_code, stands_for(Hold.fonds_code), which),
    )
