"""What an event is about, by name: a code or a title in place of an identifier, and the page it has.

Identifiers are looked up a page at a time, one query a kind. A title is shown only to who may read the case file;
everybody else who reads the ledger sees codes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.agreements import Agreement
from archive.register.decisions import Order, OrderKind
from archive.register.models import Agency, CaseFile, CaseFileState, Fonds, Package, Submission
from archive.register.preservation import PreservationPlan
from archive.register.schedules import ScheduleVersion
from archive.viewer import Role, Viewer
from portal.i18n import _
from portal.people import full_name
from portal.words import ORDER_KINDS

KINDS = {
    "case-file": _("Case file"),
    "submission": _("Delivery"),
    "order": _("Decision"),
    "package": _("Archival package"),
    "agency": _("Agency"),
    "fonds": _("Fonds"),
    "account": _("Account"),
    "agreement": _("Submission agreement"),
    "ledger": _("Ledger"),
    "minutes": _("Minutes of a hand-over"),
    "holdings": _("All that is kept"),
    "medium": _("Offline medium"),
    "backup": _("Backup"),
    "plan": _("Preservation plan"),
}
"""Kind of object -> what it is called."""
SEES_SUBMISSIONS = frozenset({Role.OFFICIAL, Role.CLERK, Role.ARCHIVIST, Role.HEAD})


@dataclass(frozen=True)
class Named:
    """An object by name.

    Attributes:
        text: what stands for it: a code, a number, a name.
        title: what it is about; "" when there is nothing to say or the viewer may not read it.
        path: of its page below the site, "" when it has none for this viewer.
    """

    text: str
    title: str = ""
    path: str = ""


Names = dict[tuple[str, str], Named]


def names_of(
    session: Session, objects: Iterable[tuple[str, str]], viewer: Viewer, t: Callable[[Any], str]
) -> Names:
    """Return kind and identifier -> name; what is not in the register (any more) is not in the answer.

    Args:
        objects: kind and identifier.
        viewer: who asks.
        t: turns a message into the reader's language.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, id in objects:
        wanted[kind].add(id)
    found: Names = {}
    for kind, look in _LOOKS.items():
        if wanted[kind]:
            found |= {(kind, id): name for id, name in look(session, wanted[kind], viewer, t).items()}
    return found


def _case_files(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    found = {}
    for row in session.scalars(select(CaseFile).where(CaseFile.id.in_(ids))):
        readable = viewer.may_read(row.agency_code, row.access)
        grave = row.state == CaseFileState.DESTROYED and viewer.has(Role.AUDITOR, row.agency_code)
        path = f"ho-so/{row.id}" if readable else f"bia-mo/{row.id}" if grave else ""
        found[row.id] = Named(row.code, row.title if readable or grave else "", path)
    return found


def _submissions(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    found = {}
    for row in session.scalars(select(Submission).where(Submission.id.in_(ids))):
        sees = any(viewer.has(role, row.agency_code) for role in SEES_SUBMISSIONS)
        text = row.file_code or row.message_id
        found[row.id] = Named(text, row.title if sees else "", f"tiep-nhan/{row.id}" if sees else "")
    return found


def _orders(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    found = {}
    for row in session.scalars(select(Order).where(Order.id.in_(ids))):
        page = f"tieu-huy/{row.id}" if row.kind == OrderKind.DESTRUCTION else ""
        found[row.id] = Named(row.document_number, t(ORDER_KINDS.get(row.kind, row.kind)), page)
    return found


def _packages(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    query = select(Package, CaseFile).join(CaseFile, CaseFile.id == Package.case_file_id)
    found = {}
    for package, file in session.execute(query.where(Package.id.in_(ids))):
        readable = viewer.may_read(file.agency_code, file.access)
        text = f"{file.code}, v{package.version}"
        found[package.id] = Named(
            text, file.title if readable else "", f"ho-so/{file.id}" if readable else ""
        )
    return found


def _agencies(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    rows = session.scalars(select(Agency).where(Agency.code.in_(ids)))
    return {row.code: Named(row.name, row.code) for row in rows}


def _agreements(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    query = select(Agreement, Agency).outerjoin(Agency, Agency.code == Agreement.agency_code)
    rows = session.execute(query.where(Agreement.id.in_(ids)))
    return {row.id: Named(row.number, agency.name if agency else row.agency_code) for row, agency in rows}


def _schedules(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    rows = session.scalars(select(ScheduleVersion).where(ScheduleVersion.id.in_(ids)))
    return {row.id: Named(row.number, row.name) for row in rows}


def _fonds(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    return {
        row.code: Named(row.name, row.code)
        for row in session.scalars(select(Fonds).where(Fonds.code.in_(ids)))
    }


def _accounts(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    return {id: Named(full_name(id), id) for id in ids}


def _ledger(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    return {id: Named("" if id == "ledger" else id) for id in ids}


def _plans(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    rows = session.scalars(select(PreservationPlan).where(PreservationPlan.id.in_(ids)))
    return {row.id: Named(row.name, "", f"chuyen-doi/{row.id}") for row in rows}


def _holdings(session: Session, ids: set[str], viewer: Viewer, t: Any) -> dict[str, Named]:
    return {id: Named("") for id in ids}


_LOOKS: dict[str, Callable[[Session, set[str], Viewer, Any], dict[str, Named]]] = {
    "case-file": _case_files,
    "submission": _submissions,
    "order": _orders,
    "package": _packages,
    "agency": _agencies,
    "fonds": _fonds,
    "account": _accounts,
    "agreement": _agreements,
    "schedule": _schedules,
    "ledger": _ledger,
    "minutes": _submissions,
    "holdings": _holdings,
    "plan": _plans,
}
