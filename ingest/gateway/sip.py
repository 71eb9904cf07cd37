"""Open a SIP_hoso ZIP (Gói tin nộp hồ sơ, TT 05/2025/TT-BNV Phụ lục III) and return what is in it.

Threat model: see `ingest.gateway.unzip` and `ingest.gateway.safe_xml`; nothing here trusts a name, a size
or a hash of the sender. What is wrong but readable becomes a finding, so that the office gets the whole
list at once; only a package that cannot be opened at all raises.

Tolerated because vendors do it (domain notes on edXML, 4.1): MDTYPE "DC", schema files in another letter
case, a folder name that is not the OBJID, `arcFileCode` / `arcDocCode` for `fileCode` / `docCode`, empty
elements. A package whose descriptive files use the TT 02/2019 names is read too: systems not yet upgraded
may send it (TT 05/2025 Điều 51; the combination is our reading, DERIVED).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway import tt05_names
from ingest.gateway.limits import Limits
from ingest.gateway.safe_xml import local, parse, text
from ingest.gateway.sip_link import link, natural
from ingest.gateway.sip_mets import Listed, Mets, read_mets
from ingest.gateway.unzip import Unpacked, unpack
from ingest.settings import IngestSettings

RECORD_STATUSES = frozenset({"NEW", "SUPPLEMENT", "REPLACEMENT", "TEST", "OTHER"})
Members = Mapping[str, Unpacked]


def read(raw: Path, into: Path, *, limits: Limits | None = None) -> Delivery:
    """Return the case file in this ZIP; its files are written to `into/files` under names of ours.

    Raises:
        UnreadableDeliveryError: it cannot be opened at all; the code says why (SIP_ZIP_BROKEN, SIP_NO_METS,
            SIP_METS_BROKEN, SIP_NO_EAD, SIP_EAD_BROKEN and those of `unpack`).
    """
    limits = limits or Limits.of(IngestSettings.load())
    unpacked = unpack(raw, into / "files", limits)
    top, members = _top_folder(unpacked)
    mets_name = _find(members, "METS.xml")
    if mets_name is None:
        raise UnreadableDeliveryError("SIP_NO_METS", top or raw.name, "no METS.xml in the package's folder")
    cap = limits.description_bytes
    root = read_mets(members[mets_name].path, folder="", max_bytes=cap)
    inner = {
        posixpath.dirname(name): read_mets(member.path, folder=posixpath.dirname(name), max_bytes=cap)
        for name, member in members.items()
        if re.fullmatch(r"representations/[^/]+/mets\.xml", name, re.I)
    }
    ead_name = _find(members, "metadata/descriptive/EAD.xml")
    if ead_name is None:
        raise UnreadableDeliveryError("SIP_NO_EAD", top or raw.name, "no metadata/descriptive/EAD.xml")
    fields, standard = _fields(members[ead_name], ead_name, cap, of_document=False)

    findings: list[Finding] = []
    all_mets = [root, *inner.values()]
    declared = _compare(members, all_mets, mets_name, findings)
    _check_header(root, top, findings)
    descriptions = _descriptions(members)
    linked, loose = link(list(members), descriptions, all_mets)
    findings += [Finding("SIP_FILE_NO_DOC", posixpath.basename(path), {"path": path}) for path in loose]
    documents = []
    for name in descriptions:
        try:
            document_fields, _ = _fields(members[name], name, cap, of_document=True)
        except UnreadableDeliveryError as error:
            findings.append(Finding(error.code, name, {"reason": error.reason}))
            continue
        files = tuple(
            _delivered(members[path], path, posixpath.basename(path), declared) for path in linked[name]
        )
        documents.append(DeliveredDocument(name, document_fields, files))
    documents.sort(key=_order)
    findings += [
        Finding("SIP_DOC_NO_FILE", document.place, {}, ordinal)
        for ordinal, document in enumerate(documents, start=1)
        if not document.files
    ]
    if not documents:
        findings.append(Finding("SIP_NO_DOCUMENTS", top or raw.name, {}))
    used = {path for paths in linked.values() for path in paths}
    return Delivery(
        standard=standard,
        objid=root.objid,
        record_status=root.record_status.upper() or "NEW",
        agreement=root.agreement,
        sender_code=root.sender_code,
        fields=fields,
        documents=tuple(documents),
        sources=tuple(
            _delivered(member, name, name, declared)
            for name, member in members.items()
            if _is_source(name, used)
        ),
        findings=tuple(findings),
    )


def _top_folder(unpacked: Sequence[Unpacked]) -> tuple[str, dict[str, Unpacked]]:
    """Return the package's one folder and its members by path below it; it may be absent."""
    tops = {one.name.split("/", 1)[0] for one in unpacked}
    if len(tops) == 1 and all("/" in one.name for one in unpacked):
        top = tops.pop()
        return top, {one.name[len(top) + 1 :]: one for one in unpacked}
    return "", {one.name: one for one in unpacked}


def _find(members: Members, wanted: str) -> str | None:
    if wanted in members:
        return wanted
    return next((name for name in members if name.casefold() == wanted.casefold()), None)


def _fields(member: Unpacked, place: str, cap: int, *, of_document: bool) -> tuple[dict[str, str], str]:
    """Return an EAD file's fields under TT 02/2019 names, and which standard's names it used."""
    code = "SIP_EAD_BROKEN"
    root = parse(member.path, code=code, place=place, max_bytes=cap)
    raw: dict[str, str] = {}
    for element in root.iter():
        name = local(element)
        value = text(element)
        if not name or len(element) or not value:
            continue
        if name == "Maintenance" and name in raw and value.isdigit():
            name = "SheetNumber"  # the printed circular names field 12 "Maintenance" again (DERIVED)
        raw[name] = f"{raw[name]}; {value}" if name in raw else value
    if not raw:
        raise UnreadableDeliveryError(code, place, "no field has a value")
    if any(name[:1].islower() for name in raw):
        names = tt05_names.DOCUMENT_NAMES if of_document else tt05_names.FILE_NAMES
        return tt05_names.named_tt02(raw, names), "TT05"
    other = tt05_names.DOCUMENT_NAMES_TT02 if of_document else tt05_names.FILE_NAMES_TT02
    return {other.get(name, name): value for name, value in raw.items()}, "TT02"


def _descriptions(members: Members) -> list[str]:
    pattern = r"(?:representations/[^/]+/)?metadata/descriptive/EAD_(?:doc|pic|media)[^/]*\.xml"
    return sorted((n for n in members if re.fullmatch(pattern, n, re.I)), key=natural)


def _order(document: DeliveredDocument) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    ordinal = document.fields.get("DocOrdinal", "")
    return (int(ordinal) if ordinal.isdecimal() else 2**31, natural(document.place))


def _compare(
    members: Members, all_mets: Sequence[Mets], mets_name: str, findings: list[Finding]
) -> dict[str, str]:
    """Hold the files against every METS: hashes, missing, not listed. Return declared SHA-256 by path."""
    listed: dict[str, Listed] = {}
    for mets in all_mets:
        listed.update(
            {path: entry for path, entry in mets.listed.items() if entry.checksum or path not in listed}
        )
    folded = {name.casefold(): name for name in members}
    declared: dict[str, str] = {}
    seen = {mets_name}
    holey = {name for name in members if posixpath.basename(name).casefold().endswith("fetch.txt")}
    for path, entry in sorted(listed.items()):
        name = path if path in members else folded.get(path.casefold())
        if name is None:
            if path not in ("", ".") and not path.startswith(".."):
                code = "SIP_HOLEY" if holey else "SIP_FILE_MISSING"
                findings.append(Finding(code, posixpath.basename(path), {"path": path}))
            continue
        seen.add(name)
        if name != path:
            findings.append(Finding("SIP_NAME_CASE", name, {"listed": path}))
        _compare_hash(members[name], name, entry, declared, findings)
    for name in members:
        if name not in seen and name not in holey and not _is_representation_mets(name):
            findings.append(Finding("SIP_FILE_NOT_LISTED", posixpath.basename(name), {"path": name}))
    return declared


def _compare_hash(
    member: Unpacked, name: str, entry: Listed, declared: dict[str, str], findings: list[Finding]
) -> None:
    place = posixpath.basename(name)
    if not entry.checksum:
        findings.append(Finding("SIP_NO_HASH", place, {"path": name}))
    elif entry.algorithm.replace("-", "") not in ("SHA256", ""):
        findings.append(Finding("SIP_HASH_KIND", place, {"path": name, "algorithm": entry.algorithm}))
    else:
        declared[name] = entry.checksum
        if entry.checksum != member.sha256:
            findings.append(
                Finding("SIP_HASH", place, {"path": name, "declared": entry.checksum, "found": member.sha256})
            )


def _is_representation_mets(name: str) -> bool:
    return re.fullmatch(r"representations/[^/]+/mets\.xml", name, re.I) is not None


def _check_header(root: Mets, top: str, findings: list[Finding]) -> None:
    if not root.objid:
        findings.append(Finding("SIP_NO_OBJID", "METS.xml", {}))
    elif top and root.objid.replace(":", "_").casefold() != top.casefold():
        findings.append(Finding("SIP_OBJID", top, {"objid": root.objid}))
    if root.record_status and root.record_status.upper() not in RECORD_STATUSES:
        findings.append(Finding("SIP_RECORD_STATUS", "METS.xml", {"value": root.record_status}))


def _is_source(name: str, used: set[str]) -> bool:
    return name not in used and not name.casefold().startswith("schemas/")


def _delivered(member: Unpacked, path: str, name: str, declared: Mapping[str, str]) -> DeliveredFile:
    return DeliveredFile(name, member.path, member.size, member.sha256, declared.get(path, ""))
