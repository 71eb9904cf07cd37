"""What no store has a good copy of: an alarm, with names for whoever may be told them, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, true, union_all
from sqlalchemy.orm import Session, aliased

from archive.fixity import BAD, MINUTES, PACKAGE
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.models import CaseFile, Copy, CopyState, Package

SHOWN = 50


@dataclass(frozen=True)
class Lost:
    """Something no store has a good copy of, as far as is known.

    Attributes:
        kind: "package" or "minutes".
        case_file_id: of a package, "" otherwise.
    """

    kind: str
    id: str
    name: str
    case_file_id: str = ""


@dataclass(frozen=True)
class Told:
    """What whoever asks may be told of.

    Attributes:
        files: a condition on `CaseFile`.
        minutes: a condition on `Minutes`.
    """

    files: ColumnElement[bool]
    minutes: ColumnElement[bool]


def lost(session: Session, limit: int = SHOWN, *, offset: int = 0, only: Told | None = None) -> list[Lost]:
    """Return what no store is known to have a good copy of; a copy in a store that is away counts as it was.

    Packages come before minutes, each by name.

    Args:
        session: on the register.
        limit: at most so many.
        offset: so many come before them.
        only: what whoever asks may be told of; None for the machine's own use.
    """
    both = union_all(_packages(only), _minutes(only)).subquery()
    query = select(both).order_by(both.c.kind.desc(), both.c.name).limit(limit).offset(offset)
    return [Lost(row.kind, row.id, row.name, row.case_file_id) for row in session.execute(query)]


def count_lost(session: Session, *, only: Told | None = None) -> int:
    """Return how much `lost` would list, over all pages."""
    both = union_all(_packages(only), _minutes(only)).subquery()
    return session.scalar(select(func.count()).select_from(both)) or 0


def _packages(only: Told | None) -> Select[str, str, str, str]:
    other = aliased(Copy)
    good = exists().where(other.package_id == Copy.package_id, other.state == CopyState.VERIFIED)
    return (
        select(
            literal(PACKAGE).label("kind"),
            Package.id.label("id"),
            Package.name.label("name"),
            Package.case_file_id.label("case_file_id"),
        )
        .join(Copy, Copy.package_id == Package.id)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(Copy.state.in_(BAD), ~good, true() if only is None else only.files)
        .distinct()
    )


def _minutes(only: Told | None) -> Select[str, str, str, str]:
    other = aliased(MinutesCopy)
    good = exists().where(other.submission_id == MinutesCopy.submission_id, other.state == CopyState.VERIFIED)
    return (
        select(
            literal(MINUTES).label("kind"),
            Minutes.submission_id.label("id"),
            Minutes.name.label("name"),
            literal("").label("case_file_id"),
        )
        .join(MinutesCopy, MinutesCopy.submission_id == Minutes.submission_id)
        .where(MinutesCopy.state.in_(BAD), ~good, true() if only is None else only.minutes)
        .distinct()
    )
