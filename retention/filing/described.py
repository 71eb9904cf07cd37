"""How a dossier is described: a case file of the agency, named by its decision, dated by its destruction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.dossiers import KIND, YEARS, clause_of
from archive.errors import NotFoundError
from archive.naming import assigned_document_code, package_name
from archive.packages.facts import ComponentFacts, EventFacts, PackageFacts, RecordFacts
from archive.procedure.story import Story
from archive.reason import because
from archive.register.decisions import Order
from archive.register.models import Agency, CaseFile, ComponentRole, Fonds
from archive.vietnam import day_of
from archive.viewer import Access
from retention.explain import day_text
from retention.filing.contents import Contents, Paper
from retention.filing.desk import Desk, Kept
from retention.filing.record import promised, promises_told

LANGUAGE = "Tiếng Việt"
MODE = "Sử dụng có điều kiện"
SOFTWARE = "tangthu"
_NUMBER = re.compile(r"(\d{1,11})/(.{1,30})")


def case_file_id_of(order_id: str) -> str:
    """Return the id of the case file a list's dossier becomes, known before it is filed."""
    return str(uuid5(NAMESPACE_URL, f"tangthu:dossier:{order_id}"))


def code_of(agency: str, year: int, order_id: str) -> str:
    """Return the file code of a dossier: agency, year, notation (TT 01/2019/TT-BNV Điều 16.3).

    The notation is ours: `HSH` and a piece of the order's hash, so that a second run gives the same code.
    """
    return f"{agency}.{year:04d}.HSH-{hashlib.sha256(order_id.encode()).hexdigest()[:8]}"


def facts_of(session: Session, told: Story, contents: Contents, desk: Desk, *, now: datetime) -> PackageFacts:
    """Return what the package of a dossier says.

    Args:
        session: on the register.
        told: of a list whose destruction is done.
        contents: what goes in.
        desk: where its bytes lie.
        now: aware time.

    Raises:
        NotFoundError: the agency or its fonds is not in the register.
    """
    order = orders.named(session, told.order_id)
    agency = session.get_one(Agency, order.agency_code)
    at = now.astimezone(UTC).replace(microsecond=0)
    destroyed = day_of(order.executed_at or now)
    code = code_of(agency.code, destroyed.year, order.id)
    fonds = _fonds(session, order)
    title = f"Hồ sơ hủy tài liệu hết giá trị theo Quyết định số {order.document_number} ngày "
    title += f"{day_text(order.document_date)} của {agency.name}"
    records = tuple(_records(contents, order.id, code, agency.name, desk))
    pages = sum(record.pages for record in records)
    period = f"{YEARS} năm"
    owed = promises_told(promised(session, order.id))
    return PackageFacts(
        objid=f"urn:{fonds}:uuid:{_id(order.id, 'aip').upper()}",
        name=package_name(agency.profile or "khac", agency.code, destroyed.year, code, version=1),
        version=1,
        made_at=at,
        case_file_id=case_file_id_of(order.id),
        submission_id=order.id,
        agency_code=agency.code,
        agency_name=agency.name,
        fonds_code=fonds,
        code=code,
        title=title,
        regime=told.regime,
        access=Access.CONDITIONAL,
        start_date=day_of(order.created_at),
        end_date=destroyed,
        maintenance=period,
        total_docs=len(records),
        total_pages=pages,
        description={
            "FileCode": code,
            "Title": title,
            "Maintenance": period,
            "Rights": MODE,
            "Language": LANGUAGE,
            "StartDate": day_text(day_of(order.created_at)),
            "EndDate": day_text(destroyed),
            "TotalDoc": str(len(records)),
            "PageNumber": str(pages),
            "Description": f"Lệnh hủy {order.id}. Giữ ít nhất {YEARS} năm kể từ ngày hủy ({clause_of(told.regime)})."
            + (f" {owed}" if owed else ""),
        },
        records=records,
        events=(
            *_scans(contents, order.id, at),
            EventFacts(
                _id(order.id, "creation"), "creation", at, "success", f"dossier of {order.id}", SOFTWARE
            ),
        ),
        kind=KIND,
    )


def _scans(contents: Contents, order_id: str, at: datetime) -> Iterator[EventFacts]:
    """Yield that each file that was given was scanned before it was kept."""
    for ordinal, paper in enumerate(contents.papers, 1):
        if scanner := str(paper.looked.get("scanner", "")):
            id, of = _id(order_id, f"virus check {ordinal}"), _id(order_id, f"original {ordinal}")
            yield EventFacts(id, "virus check", at, "success", "clean when it was given", scanner, (of,))


def _fonds(session: Session, order: Order) -> str:
    """Return the fonds of what was destroyed, the first where it was of several; else the agency's own."""
    query = select(CaseFile.fonds_code).where(
        CaseFile.id.in_([item.case_file_id for item in order.items[:500]])
    )
    own = select(Fonds.code).where(Fonds.agency_code == order.agency_code)
    found = session.scalar(query.order_by(CaseFile.fonds_code).limit(1)) or session.scalar(
        own.order_by(Fonds.code).limit(1)
    )
    if found is None:
        raise NotFoundError(because("retention.no-fonds-of", agency=order.agency_code))
    return found


def _records(contents: Contents, order_id: str, code: str, agency: str, desk: Desk) -> Iterator[RecordFacts]:
    for ordinal, paper in enumerate(contents.papers, 1):
        cited = _NUMBER.fullmatch(paper.number)
        number, notation = (cited[1], cited[2]) if cited else ("", "")
        subject = paper.title if cited or paper.number in paper.title else f"{paper.title}, số {paper.number}"
        yield RecordFacts(
            id=_id(order_id, f"record {ordinal}"),
            ordinal=ordinal,
            code=assigned_document_code(code, ordinal),
            type_name=paper.type_name,
            number=number,
            notation=notation,
            issued_on=paper.day,
            organ_name=agency[:200],
            subject=subject,
            pages=paper.pages,
            description={
                "FileCode": code,
                "DocOrdinal": str(ordinal),
                "TypeName": paper.type_name,
                "CodeNumber": number,
                "CodeNotation": notation,
                "IssuedDate": day_text(paper.day) if paper.day else "",
                "OrganName": agency[:200],
                "Subject": subject,
                "Language": LANGUAGE,
                "Mode": MODE,
                "PageAmount": str(paper.pages),
            },
            components=tuple(_components(order_id, ordinal, paper, desk)),
        )


def _components(order_id: str, ordinal: int, paper: Paper, desk: Desk) -> Iterator[ComponentFacts]:
    original = _id(order_id, f"original {ordinal}")
    facts = {"pages": paper.pages, **paper.looked} | (
        {} if paper.pdfa else {"kept": "no PDF/A could be made"}
    )
    yield _component(original, ComponentRole.ORIGINAL, ordinal, paper.original, desk, facts)
    if paper.pdfa is not None:
        made = {"of": original, "pages": paper.pages, **paper.facts}
        id = _id(order_id, f"pdfa {ordinal}")
        yield _component(id, ComponentRole.PDFA, ordinal, paper.pdfa, desk, made)
    if paper.text is not None:
        id = _id(order_id, f"text {ordinal}")
        yield _component(id, ComponentRole.TEXT, ordinal, paper.text, desk, {"of": original})


def _component(
    id: str, role: ComponentRole, ordinal: int, kept: Kept, desk: Desk, facts: Mapping[str, object]
) -> ComponentFacts:
    return ComponentFacts(
        id=id,
        role=role,
        name=kept.name,
        path=f"representations/{role}/data/{ordinal:04d}/01-{kept.name}",
        media_type=kept.media_type,
        puid=kept.puid,
        size=kept.size,
        sha256=kept.sha256,
        facts=facts,
        source=desk.folder / kept.file,
    )


def _id(order_id: str, of: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"tangthu:dossier:{order_id}:{of}"))
