"""Write into ledger and register that a package lies verified in its stores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError
from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb, stamp
from archive.packages.facts import PackageFacts, WrittenPackage
from archive.register.models import Agency, CaseFile, Fonds, Package, new_id
from archive.register.projection import apply


def keep(
    session: Session,
    facts: PackageFacts,
    written: WrittenPackage,
    copies: Sequence[str],
    *,
    actor: str,
    role: str = "",
    now: datetime,
) -> str:
    """Append STORE, write the register rows, and return the case file's id; a second call changes nothing.

    Args:
        session: an open transaction; agency and fonds must be in the register.
        facts: what the package says.
        written: the file that was deposited.
        copies: names of the stores whose copy was read back well, as `deposit` returned them.
        actor: who, or `system:<part>`.
        role: in which role.
        now: aware time.

    Raises:
        AlreadyStoredError: the package name is kept with another hash, or the agency already has another case
            file under that code.
        NotFoundError: the agency or the fonds is not in the register.
        ArchiveError: no copy was named.
    """
    if not copies:
        raise ArchiveError(f"{facts.name} has no verified copy; deposit it before keeping it")
    for model, code in ((Agency, facts.agency_code), (Fonds, facts.fonds_code)):
        if session.get(model, code) is None:
            raise NotFoundError(
                f"{model.__tablename__} {code} is not in the register; set it before {facts.name}"
            )
    be_only_writer(session)  # two workers with one package: the second finds it kept
    known = session.scalar(select(Package).where(Package.name == facts.name))
    if known is not None:
        if known.sha256 != written.sha256:
            raise AlreadyStoredError(f"{facts.name} is kept with hash {known.sha256}, not {written.sha256}")
        return known.case_file_id
    namesake = session.scalar(
        select(CaseFile.id).where(CaseFile.agency_code == facts.agency_code, CaseFile.code == facts.code)
    )
    if namesake is not None and namesake != facts.case_file_id:
        raise AlreadyStoredError(
            f"agency {facts.agency_code} already has a case file {facts.code} ({namesake})"
        )
    event = append(
        session,
        Verb.STORE,
        actor=actor,
        role=role,
        kind="case-file",
        id=facts.case_file_id,
        payload=store_payload(facts, written, copies, package_id=new_id()),
        after=written.sha256,
        now=now,
    )
    apply(session, event, facts)
    return facts.case_file_id


def store_payload(
    facts: PackageFacts, written: WrittenPackage, copies: Sequence[str], *, package_id: str
) -> dict[str, Any]:
    """Return what a STORE event says: enough for the tombstone when the package is one day destroyed.

    The documents' descriptions are not in it: the ledger is never erased, so it must not hold words that a
    destruction has to remove. They are in the package.
    """
    return {
        "case_file": {
            "code": facts.code,
            "agency_code": facts.agency_code,
            "fonds_code": facts.fonds_code,
            "submission_id": facts.submission_id,
            "title": facts.title,
            "regime": facts.regime,
            "access": facts.access,
            "start_date": facts.start_date.isoformat(),
            "end_date": facts.end_date.isoformat(),
            "maintenance": facts.maintenance,
            "total_docs": facts.total_docs,
            "total_pages": facts.total_pages,
        }
        | ({"kind": facts.kind} if facts.kind else {}),
        "package": {
            "id": package_id,
            "version": facts.version,
            "name": facts.name,
            "objid": facts.objid,
            "size": written.size,
            "made_at": stamp(facts.made_at),
        },
        "copies": sorted(copies),
    }
