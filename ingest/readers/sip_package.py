"""Read what SIP_hoso and SIP_tailieu share: METS, descriptions, files, and how they hang together.

Threat model: see `ingest.gateway.unzip` and `ingest.gateway.safe_xml`; nothing here trusts a name, a size
or a hash of the sender. What is wrong but readable becomes a finding, so that the office gets the whole
list at once; only a package that cannot be opened at all raises.

A package whose descriptive files use the TT 02/2019 names is read too: systems not yet upgraded may send it
(TT 05/2025 Điều 51; the combination is our reading, DERIVED).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from archive.reason import because
from ingest.delivery import DeliveredDocument
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.gateway.member_names import folded
from ingest.gateway.unzip import Unpacked
from ingest.readers import sip_holes
from ingest.readers.ead import Ead, read_ead
from ingest.readers.interface import Context, Opened
from ingest.readers.sip_link import link, natural
from ingest.readers.sip_mets import Listed, Mets, read_mets

METS, EAD = "METS.xml", "metadata/descriptive/EAD.xml"
_REPRESENTATION_METS = re.compile(r"representations/[^/]+/mets\.xml", re.I)
_DESCRIPTION = re.compile(
    r"(?:representations/[^/]+/)?metadata/descriptive/EAD_(?:doc|pic|media)[^/]*\.xml", re.I
)


@dataclass(frozen=True)
class Described:
    """A document as its description says, and its files.

    Attributes:
        members: the package's own names of its description and of its files.
    """

    ead: Ead
    document: DeliveredDocument
    members: tuple[str, ...]


@dataclass(frozen=True)
class Package:
    """A SIP, read.

    Attributes:
        opened: its members, those that were fetched too.
        used: members that are files of a document.
        declared: member -> SHA-256 as a METS says it, lower-case hex.
        fetched: where files came from that the package did not bring itself.
    """

    opened: Opened
    mets: Mets
    all_mets: tuple[Mets, ...]
    ead: Ead
    documents: tuple[Described, ...]
    used: frozenset[str]
    declared: Mapping[str, str]
    findings: tuple[Finding, ...]
    fetched: tuple[str, ...]


def is_sip(opened: Opened) -> bool:
    """Return whether this is meant as a SIP, even if something it must have is missing."""
    folders = {name.split("/", 1)[0].casefold() for name in opened.members if "/" in name}
    return opened.find(METS) is not None or bool({"metadata", "representations"} & folders)


def read_package(opened: Opened, context: Context) -> Package:
    """Return everything the package says.

    Raises:
        UnreadableDeliveryError: it cannot be read at all; the code says why (SIP_NO_METS, SIP_METS_BROKEN, SIP_NO_EAD,
            SIP_EAD_BROKEN).
        TemporaryError: a file that is to be fetched is not to be had now.
    """
    limits = context.limits
    mets_name = opened.find(METS)
    if mets_name is None:
        raise UnreadableDeliveryError("SIP_NO_METS", opened.place, because("ingest.no-mets"))
    all_mets = _all_mets(opened, mets_name, limits)
    ead = root_ead(opened, limits)
    findings: list[Finding] = []
    filled = sip_holes.filled(opened, _listed(all_mets), context)
    opened = filled.opened
    declared = _compare(opened, all_mets, mets_name, filled, findings)
    _check_header(all_mets[0], opened.top, findings)
    descriptions = sorted((name for name in opened.members if _DESCRIPTION.fullmatch(name)), key=natural)
    linked, loose = link([n for n in opened.members if n not in filled.lists], descriptions, all_mets)
    findings += [Finding("SIP_FILE_NO_DOC", posixpath.basename(path), {"path": path}) for path in loose]
    documents = _documents(opened, descriptions, linked, declared, limits, findings)
    findings += [
        Finding("SIP_DOC_NO_FILE", one.document.place, {}, ordinal)
        for ordinal, one in enumerate(documents, start=1)
        if not one.document.files
    ]
    if not documents:
        findings.append(Finding("SIP_NO_DOCUMENTS", opened.place, {}))
    return Package(
        opened=opened,
        mets=all_mets[0],
        all_mets=tuple(all_mets),
        ead=ead,
        documents=tuple(documents),
        used=frozenset(path for paths in linked.values() for path in paths),
        declared=declared,
        findings=tuple(_placed([*filled.findings, *findings], documents)),
        fetched=filled.sources,
    )


def root_ead(opened: Opened, limits: Limits) -> Ead:
    """Return the package's own description.

    Raises:
        UnreadableDeliveryError: SIP_NO_EAD or SIP_EAD_BROKEN.
    """
    name = opened.find(EAD)
    if name is None:
        raise UnreadableDeliveryError("SIP_NO_EAD", opened.place, because("ingest.no-ead"))
    return read_ead(opened.members[name].path, name, limits.ead_bytes, of_document=False)


def _all_mets(opened: Opened, root: str, limits: Limits) -> list[Mets]:
    """Return the root METS first, then those of the representations."""
    names = [root, *(name for name in opened.members if _REPRESENTATION_METS.fullmatch(name))]
    return [
        read_mets(
            opened.members[name].path,
            folder=posixpath.dirname(name),
            max_bytes=limits.description_bytes,
            max_entries=limits.files * 10,
        )
        for name in names
    ]


def _documents(
    opened: Opened,
    descriptions: Iterable[str],
    linked: Mapping[str, Sequence[str]],
    declared: Mapping[str, str],
    limits: Limits,
    findings: list[Finding],
) -> list[Described]:
    documents = list[Described]()
    for name in descriptions:
        try:
            ead = read_ead(opened.members[name].path, name, limits.ead_bytes, of_document=True)
        except UnreadableDeliveryError as error:
            findings.append(Finding(error.code, name, {"reason": error.reason}))
            continue
        paths = tuple(linked[name])
        files = tuple(
            opened.delivered(path, called=posixpath.basename(path), declared=declared.get(path, ""))
            for path in paths
        )
        documents.append(Described(ead, DeliveredDocument(name, ead.fields, files), (name, *paths)))
    return sorted(documents, key=_order)


def _placed(findings: Iterable[Finding], documents: Sequence[Described]) -> Iterator[Finding]:
    """Yield the findings, those about a document's own file or description with that document's ordinal."""
    whose = {name: ordinal for ordinal, one in enumerate(documents, start=1) for name in one.members}
    for finding in findings:
        ordinal = whose.get(str(finding.params.get("path", finding.place)), 0)
        yield replace(finding, document=ordinal) if ordinal and not finding.document else finding


def _order(one: Described) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    ordinal = one.ead.fields.get("DocOrdinal", "")
    known = ordinal.isascii() and ordinal.isdigit() and len(ordinal) <= 10
    return (int(ordinal) if known else 2**62, natural(one.document.place))


def _listed(all_mets: Sequence[Mets]) -> dict[str, Listed]:
    listed: dict[str, Listed] = {}
    for mets in all_mets:
        listed.update(
            {path: entry for path, entry in mets.listed.items() if entry.checksum or path not in listed}
        )
    return listed


def _compare(
    opened: Opened,
    all_mets: Sequence[Mets],
    mets_name: str,
    filled: sip_holes.Filled,
    findings: list[Finding],
) -> dict[str, str]:
    """Hold the files against every METS: hashes, missing, not listed. Return declared SHA-256 by path."""
    members = opened.members
    by_fold = {folded(name): name for name in members}
    declared: dict[str, str] = {}
    seen = {mets_name}
    for path, entry in sorted(_listed(all_mets).items()):
        name = path if path in members else by_fold.get(folded(path))
        if name is None:
            if path not in ("", ".") and not path.startswith(".."):
                code = "SIP_HOLEY" if filled.lists else "SIP_FILE_MISSING"
                findings.append(Finding(code, posixpath.basename(path), {"path": path}))
            continue
        seen.add(name)
        if name != path:
            findings.append(Finding("SIP_NAME_CASE", name, {"listed": path}))
        _compare_hash(members[name], name, entry, declared, findings)
    for name in members:
        if name not in seen and name not in filled.lists and not _REPRESENTATION_METS.fullmatch(name):
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


def _check_header(root: Mets, top: str, findings: list[Finding]) -> None:
    if not root.objid:
        findings.append(Finding("SIP_NO_OBJID", METS, {}))
    elif top and root.objid.replace(":", "_").casefold() != top.casefold():
        findings.append(Finding("SIP_OBJID", top, {"objid": root.objid}))
