"""Which case files may be on a disposal list at all, and why each is: the explanation that goes into the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.dossiers import too_early
from archive.grounds import Twin
from archive.holds import active_holds_on
from archive.list_names import names_of
from archive.order_check import not_due_before
from archive.reason import Reason, as_json, because
from archive.register.among import among
from archive.register.decisions import Order, OrderItem, OrderKind
from archive.register.models import CaseFile, CaseFileState
from archive.register.notices import ExpiryNotice, NoticeWhy
from archive.twin_differences import differences_of
from archive.twins import against_duplicates
from archive.underway import still_named
from retention.explain import dates_told


@dataclass(frozen=True)
class Candidate:
    """What decides whether a case file may be listed.

    Attributes:
        permanent: None when the period is unclear or was not reckoned yet.
        holds: reasons of the holds on it.
        listed_in: another open destruction order that names it, or "".
        too_early: why a dossier of a destruction may not go yet.
        same_as: what it was told to be a duplicate of (`retention.procedure.duplicates`); None, and it goes only when
            its period is over.
        against_twin: what speaks against its going as a duplicate now.
    """

    code: str
    agency_code: str
    state: str
    permanent: bool | None
    eligible_from: date | None
    holds: tuple[str, ...]
    listed_in: str
    too_early: tuple[Reason, ...] = ()
    same_as: Twin | None = None
    against_twin: tuple[Reason, ...] = ()


def reasons_not_to_list(candidate: Candidate, *, agency_code: str, today: date) -> tuple[Reason, ...]:
    """Return every reason why a case file may not go on a list of that agency today. Pure."""
    code = candidate.code
    reasons = []
    if candidate.agency_code != agency_code:
        reasons.append(
            because("archive.file-of-other-agency", file=code, its=candidate.agency_code, agency=agency_code)
        )
    if candidate.state != CaseFileState.STORED:
        reasons.append(because("archive.file-gone", file=code, state=candidate.state))
    if candidate.permanent is None:
        reasons.append(because("retention.period-unclear", file=code))
    elif candidate.permanent:
        reasons.append(because("archive.file-permanent", file=code))
    elif candidate.too_early:
        reasons.extend(candidate.too_early)
    elif candidate.same_as is not None:
        reasons.extend(candidate.against_twin)
    elif candidate.eligible_from is None or candidate.eligible_from > today:
        reasons.append(not_due_before(code, candidate.eligible_from))
    reasons.extend(because("archive.file-held", file=code, why=why) for why in candidate.holds)
    if candidate.listed_in:
        reasons.append(because("retention.listed-already", file=code, order=candidate.listed_in))
    return tuple(reasons)


def candidates(session: Session, files: Sequence[CaseFile], today: date) -> dict[str, Candidate]:
    """Return what decides whether each of these case files may be listed, as the register says it: id -> candidate.

    One whose period is not over, and which was told to be a duplicate, is one of what it was told of.

    Args:
        session: on the register.
        files: some hundred of them; asked for by few queries.
        today: the day.
    """
    listed = _listed_in(session, [file.id for file in files])
    holds = active_holds_on(session, files, today)
    twins = _told_of(session, [file.id for file in files if not _expired(file, today)])
    pairs = {id: kept for id, (kept, _) in twins.items()}
    against, differs = against_duplicates(session, pairs), differences_of(session, pairs)
    return {
        file.id: Candidate(
            code=file.code,
            agency_code=file.agency_code,
            state=file.state,
            permanent=file.permanent,
            eligible_from=file.eligible_from,
            holds=tuple(hold.reason for hold in holds.get(file.id, ())),
            listed_in=listed.get(file.id, ""),
            too_early=tuple(too_early(file, today)),
            same_as=Twin(*twins[file.id], differs[file.id]) if file.id in twins else None,
            against_twin=against.get(file.id, ()),
        )
        for file in files
    }


def _expired(file: CaseFile, today: date) -> bool:
    return file.eligible_from is not None and file.eligible_from <= today


def _listed_in(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return the names of the open lists that have one of these case files on them: id -> name."""
    query = (
        select(OrderItem.case_file_id, Order.id)
        .join(Order, Order.id == OrderItem.order_id)
        .where(Order.kind == OrderKind.DESTRUCTION, among(OrderItem.case_file_id, ids), still_named())
    )
    listed = dict(session.execute(query.order_by(Order.id.desc())).all())
    names = names_of(session, set(listed.values())) if listed else {}
    return {id: names.get(order_id) or order_id for id, order_id in listed.items()}


def _told_of(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return what these were told to be duplicates of: id -> id and code of what stays."""
    query = (
        select(ExpiryNotice.case_file_id, CaseFile.id, CaseFile.code)
        .join(CaseFile, CaseFile.id == ExpiryNotice.same_as)
        .where(among(ExpiryNotice.case_file_id, ids), ExpiryNotice.why == NoticeWhy.DUPLICATE)
    )
    return {id: (kept, code) for id, kept, code in session.execute(query)}


def explained(file: CaseFile, twin: Twin | None = None) -> dict[str, Any]:
    """Return why a case file is on the list; it goes into the order and so into the ledger. Pure.

    Only what the tombstone keeps anyway: the ledger is never erased. A hold that has ended is no part of it.

    Args:
        file: that is on the list.
        twin: what stays for it, when it goes as a duplicate.
    """
    ground: dict[str, Any] = {}
    if twin is not None:
        ground = {"same_as": twin.case_file_id, "same_as_code": twin.code}
    if twin is not None and twin.differs:
        ground["same_as_differs"] = [as_json(one) for one in twin.differs]
    return ground | {
        "code": file.code,
        "regime": file.regime,
        "maintenance": file.maintenance,
        "last_day": file.last_day.isoformat() if file.last_day else None,
        "eligible_from": file.eligible_from.isoformat() if file.eligible_from else None,
        "steps": [
            {"vi": step.vi, "en": step.en, "clause": step.clause} for step in dates_told(file.retention_basis)
        ],
    }
