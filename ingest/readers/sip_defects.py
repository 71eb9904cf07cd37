"""Defects seen in one vendor's sample packages: findings, not crashes.

Where the meaning is certain it is a warning and the package is read; where it is not, an error. An empty
paperFileCode of a digitised case file is found by the checks (V09_DEPENDENT).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.gateway.safe_xml import attribute, local, walk
from ingest.readers.interface import Context
from ingest.readers.sip_package import EAD, METS, Described, Package

SCHEMAS = {
    name.casefold(): name for name in ("METS.xsd", "EAD.xsd", "EAD_doc.xsd", "EAD_pic.xsd", "EAD_media.xsd")
}
"""Names in `schemas/` as the circular's table has them."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_ORDINAL = re.compile(r"[0-9]{7}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def defects(package: Package, context: Context) -> Iterator[Finding]:
    """Yield the known defects a package has, each said once with its first example."""
    yield from _zip_name(package, context.file_name)
    if any("DC" in mets.described_as for mets in package.all_mets):
        yield Finding("SIP_MDTYPE", METS)
    yield from _schemas(package, context.limits)
    yield from _arc_names(package)
    yield from _document_codes(package)


def _zip_name(package: Package, file_name: str) -> Iterator[Finding]:
    """The ZIP is named by its ordinal and the OBJID (Phụ lục III, IV); one vendor gives it a GUID of its own."""
    named, own = _UUID.search(file_name), _UUID.search(package.mets.objid)
    if named and own and named[0].casefold() != own[0].casefold():
        yield Finding("SIP_ZIP_NAME", posixpath.basename(file_name), {"objid": package.mets.objid[:100]})


def _schemas(package: Package, limits: Limits) -> Iterator[Finding]:
    here = {
        posixpath.basename(name): name
        for name in package.opened.members
        if posixpath.dirname(name).casefold() == "schemas"
    }
    wrong = sorted(base for base in here if SCHEMAS.get(base.casefold(), base) != base)
    if wrong:
        params = {
            "names": ", ".join(wrong),
            "expected": ", ".join(SCHEMAS[base.casefold()] for base in wrong),
        }
        yield Finding("SIP_SCHEMA_CASE", "schemas", params)
    says_doc_code = any("docCode" in one.ead.raw for one in package.documents)
    for base, name in here.items():
        if base.casefold() == "ead_doc.xsd" and says_doc_code and _declares_arc(package, name, limits):
            yield Finding("SIP_SCHEMA_ARC", name)


def _declares_arc(package: Package, name: str, limits: Limits) -> bool:
    """Return whether a schema declares `arcDocCode` and no `docCode`; an unreadable one declares nothing."""
    declared = set()
    try:
        for event, element in walk(
            package.opened.members[name].path, code="", place=name, max_bytes=limits.ead_bytes
        ):
            if event == "end" and local(element) == "element":
                declared.add(attribute(element, "name"))
    except UnreadableDeliveryError:
        return False
    return "arcDocCode" in declared and "docCode" not in declared


def _arc_names(package: Package) -> Iterator[Finding]:
    """AIP names in a SIP: arcFileCode for fileCode, arcDocCode for docCode; both with different values is unclear."""
    for one, place, arc, own, document in _named(package):
        if arc in one and own in one and one[arc] != one[own]:
            params = {"arc": arc, "own": own, "first": one[own][:60], "second": one[arc][:60]}
            yield Finding("SIP_CODE_CONFLICT", place, params, document)
    told = [(place, arc, own) for one, place, arc, own, _ in _named(package) if arc in one and own not in one]
    for arc, own in dict.fromkeys((arc, own) for _, arc, own in told):
        places = [place for place, name, _ in told if name == arc]
        yield Finding("SIP_ARC_NAME", places[0], {"arc": arc, "own": own, "count": str(len(places))})


def _named(package: Package) -> Iterator[tuple[dict[str, str], str, str, str, int]]:
    yield dict(package.ead.raw), EAD, "arcFileCode", "fileCode", 0
    for ordinal, one in enumerate(package.documents, 1):
        yield dict(one.ead.raw), one.document.place, "arcDocCode", "docCode", ordinal


def _document_codes(package: Package) -> Iterator[Finding]:
    """docCode is the file code, a dot, and the ordinal (7 digits)."""
    code = package.ead.fields.get("FileCode", "")
    if not code:
        return
    years: list[tuple[int, Described]] = []
    tails: list[tuple[int, Described]] = []
    for ordinal, one in enumerate(package.documents, 1):
        said = one.ead.fields.get("ArcDocCode", "")
        head, _, tail = said.rpartition(".")
        if head and not _ORDINAL.fullmatch(tail):
            tails.append((ordinal, one))
        if not head or head == code or head.endswith(f".{code}"):
            continue
        if _without_years(head) == _without_years(code):
            years.append((ordinal, one))
        else:
            params = {"value": said[:100], "expected": f"{code}."[:100]}
            yield Finding("SIP_DOC_CODE", one.document.place, params, ordinal)
    for name, found in (("SIP_DOC_CODE_YEAR", years), ("SIP_DOC_CODE_ORDINAL", tails)):
        for ordinal, first in found[:1]:
            value = first.ead.fields["ArcDocCode"][:100]
            params = {"value": value, "expected": f"{code}."[:100], "count": str(len(found))}
            yield Finding(name, first.document.place, params, ordinal)


def _without_years(code: str) -> list[str]:
    """Return the parts of a code with every part that is a year made the same."""
    return ["year" if _YEAR.fullmatch(part) else part for part in code.split(".")]
