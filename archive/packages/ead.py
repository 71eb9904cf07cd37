"""EAD.xml and EAD_doc_*.xml: the descriptive files of TT 05/2025 (`<simpledc>`), with our extension.

The name EAD is the circular's; the content is its flat field list, not the EAD of the Library of Congress.
The extension (`urn:tangthu:package:1`) holds every value as accepted, so that reading gives back exactly
what was written and the register can be rebuilt from packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from lxml import etree

from archive.packages.errors import UnreadableError
from archive.packages.facts import ComponentFacts, Earlier, PackageFacts, RecordFacts
from archive.packages.markup import TT, child, mapping, moment, parse, read_mapping, vietnam
from archive.packages.tt05 import document_fields, file_fields

OURS = {"tt": TT}


def write_file(facts: PackageFacts) -> bytes:
    """Return EAD.xml: the case file described in 18 fields and our extension."""
    root = _simpledc(file_fields(facts), "case file")
    case = etree.SubElement(root, f"{{{TT}}}caseFile")
    for name, value in (
        ("objid", facts.objid),
        ("name", facts.name),
        ("version", str(facts.version)),
        ("madeAt", vietnam(facts.made_at, "made_at")),
        ("caseFileId", facts.case_file_id),
        ("submissionId", facts.submission_id),
        ("agencyCode", facts.agency_code),
        ("agencyName", facts.agency_name),
        ("fondsCode", facts.fonds_code),
        ("code", facts.code),
        ("title", facts.title),
        ("regime", facts.regime),
        ("access", facts.access),
        ("startDate", facts.start_date.isoformat()),
        ("endDate", facts.end_date.isoformat()),
        ("maintenance", facts.maintenance),
        ("totalDocs", str(facts.total_docs)),
        ("totalPages", str(facts.total_pages)),
    ):
        child(case, f"{{{TT}}}{name}", value, f"case file / {name}")
    if facts.kind:
        child(case, f"{{{TT}}}kind", facts.kind, "case file / kind")
    mapping(etree.SubElement(case, f"{{{TT}}}description"), facts.description, "case file")
    if facts.previous is not None:
        earlier = etree.SubElement(case, f"{{{TT}}}previous")
        for name, value in (
            ("objid", facts.previous.objid),
            ("name", facts.previous.name),
            ("version", str(facts.previous.version)),
            ("sha256", facts.previous.sha256),
        ):
            child(earlier, f"{{{TT}}}{name}", value, f"case file / previous / {name}")
    return _bytes(root)


def write_document(facts: PackageFacts, record: RecordFacts) -> bytes:
    """Return one EAD_doc: the document described in 19 fields and our extension."""
    place = f"document {record.ordinal}"
    root = _simpledc(document_fields(facts, record), place)
    kept = etree.SubElement(root, f"{{{TT}}}record")
    for name, value in (
        ("id", record.id),
        ("ordinal", str(record.ordinal)),
        ("code", record.code),
        ("typeName", record.type_name),
        ("number", record.number),
        ("notation", record.notation),
        ("issuedOn", record.issued_on.isoformat() if record.issued_on else ""),
        ("organName", record.organ_name),
        ("subject", record.subject),
        ("pages", str(record.pages)),
    ):
        child(kept, f"{{{TT}}}{name}", value, f"{place} / {name}")
    mapping(etree.SubElement(kept, f"{{{TT}}}description"), record.description, place)
    return _bytes(root)


def write_fields(fields: Iterable[tuple[str, str]], place: str) -> bytes:
    """Return a description of these fields and no extension, as a SIP or DIP of ours has it."""
    return _bytes(_simpledc(fields, place, {}))


def read_document(data: bytes, place: str, components: Sequence[ComponentFacts]) -> RecordFacts:
    """Return the record an EAD_doc describes, with the components given.

    Raises:
        UnreadableError: it lacks what the record needs, or holds it in another form.
    """
    kept = _extension(data, place, "record")
    issued = _said(kept, "issuedOn", place)
    try:
        return RecordFacts(
            id=_said(kept, "id", place),
            ordinal=int(_said(kept, "ordinal", place)),
            code=_said(kept, "code", place),
            type_name=_said(kept, "typeName", place),
            number=_said(kept, "number", place),
            notation=_said(kept, "notation", place),
            issued_on=date.fromisoformat(issued) if issued else None,
            organ_name=_said(kept, "organName", place),
            subject=_said(kept, "subject", place),
            pages=int(_said(kept, "pages", place)),
            description=_description(kept, place),
            components=tuple(components),
        )
    except ValueError as error:
        raise UnreadableError(f"{place}: {error}") from error


def read_file(
    data: bytes,
    place: str,
    records: Iterable[RecordFacts],
    **more: Any,
) -> PackageFacts:
    """Return the facts EAD.xml holds, with records (and events, documentation) given.

    Raises:
        UnreadableError: it lacks what the facts need, or holds it in another form.
    """
    kept = _extension(data, place, "caseFile")
    try:
        return PackageFacts(
            objid=_said(kept, "objid", place),
            name=_said(kept, "name", place),
            version=int(_said(kept, "version", place)),
            made_at=moment(_said(kept, "madeAt", place)),
            case_file_id=_said(kept, "caseFileId", place),
            submission_id=_said(kept, "submissionId", place),
            agency_code=_said(kept, "agencyCode", place),
            agency_name=_said(kept, "agencyName", place),
            fonds_code=_said(kept, "fondsCode", place),
            code=_said(kept, "code", place),
            title=_said(kept, "title", place),
            regime=_said(kept, "regime", place),
            access=_said(kept, "access", place),
            start_date=date.fromisoformat(_said(kept, "startDate", place)),
            end_date=date.fromisoformat(_said(kept, "endDate", place)),
            maintenance=_said(kept, "maintenance", place),
            total_docs=int(_said(kept, "totalDocs", place)),
            total_pages=int(_said(kept, "totalPages", place)),
            description=_description(kept, place),
            records=tuple(records),
            previous=_previous(kept, place),
            kind=kept.findtext(f"{{{TT}}}kind") or "",
            **more,
        )
    except ValueError as error:
        raise UnreadableError(f"{place}: {error}") from error


def _simpledc(fields: Iterable[tuple[str, str]], place: str, names: dict[str, str] = OURS) -> Any:
    root = etree.Element("simpledc", nsmap=names)
    for name, value in fields:
        child(root, name, value, f"{place} / {name}")
    return root


def _bytes(root: Any) -> bytes:
    # Line breaks go between the fields only: pretty printing would be free to touch none of the text, but
    # this way nobody has to wonder.
    for element in root.iter():
        if len(element) and not element.text:
            element.text = "\n"
        if element is not root:
            element.tail = "\n"
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return data


def _extension(data: bytes, place: str, name: str) -> Any:
    kept = parse(data, place).find(f"{{{TT}}}{name}")
    if kept is None:
        raise UnreadableError(f"{place}: holds no tt:{name}; this package was not written by Tàng Thư")
    return kept


def _previous(kept: Any, place: str) -> Earlier | None:
    earlier = kept.find(f"{{{TT}}}previous")
    if earlier is None:
        return None
    return Earlier(
        objid=_said(earlier, "objid", place),
        name=_said(earlier, "name", place),
        version=int(_said(earlier, "version", place)),
        sha256=_said(earlier, "sha256", place),
    )


def _said(kept: Any, name: str, place: str) -> str:
    element = kept.find(f"{{{TT}}}{name}")
    if element is None:
        raise UnreadableError(f"{place}: tt:{name} is missing")
    return element.text or ""


def _description(kept: Any, place: str) -> dict[str, str]:
    element = kept.find(f"{{{TT}}}description")
    if element is None:
        raise UnreadableError(f"{place}: tt:description is missing")
    return read_mapping(element)
