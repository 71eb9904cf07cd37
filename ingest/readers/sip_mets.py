"""What a METS file says: who sends, which files belong to the package, their hashes, what belongs together.

Read by local name, so METS 1.12 with any prefix, and without the CSIP namespace, is understood.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from archive.reason import because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.safe_xml import attribute, forget, local, text, walk

MAX_ELEMENTS = 1_000_000
"""Of any kind; a package of 20,000 documents needs some 200,000."""
COUNTED = frozenset({"file", "mdRef", "FLocat", "mptr", "div", "fptr", "agent", "altRecordID"})


@dataclass(frozen=True)
class Listed:
    """A file a METS names.

    Attributes:
        path: inside the package's folder.
        checksum: lower-case hex; "" when not said.
        algorithm: as sent, upper case, e.g. SHA-256.
    """

    path: str
    checksum: str
    algorithm: str


@dataclass(frozen=True)
class Mets:
    """One METS file, read.

    Attributes:
        type: of the package, as sent; "Collection" for a batch of loose documents (TT 05/2025 Phụ lục IV).
        groups: description file -> data files that a division of the structural map puts with it.
        previous: the package before this one (altRecordID PREVIOUSREFERENCECODE, a word of E-ARK SIP).
        described_as: MDTYPE of each description, upper case.
    """

    objid: str = ""
    type: str = ""
    record_status: str = ""
    agreement: str = ""
    previous: str = ""
    described_as: frozenset[str] = frozenset()
    sender_code: str = ""
    listed: Mapping[str, Listed] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_mets(path: Path, *, folder: str, max_bytes: int, max_entries: int = 200_000) -> Mets:
    """Return what the METS file says.

    Args:
        path: where it lies on our disk.
        folder: where it lies in the package ("" for the root METS).
        max_bytes: how large it may be.
        max_entries: how many files, divisions and pointers it may list.

    Raises:
        UnreadableDeliveryError: SIP_METS_BROKEN.
    """
    place = posixpath.join(folder, "METS.xml")
    reading = _Reading(folder)
    for event, element in walk(path, code="SIP_METS_BROKEN", place=place, max_bytes=max_bytes):
        if event == "start":
            reading.start(element)
            if reading.entries > max_entries or reading.elements > MAX_ELEMENTS:
                raise UnreadableDeliveryError(
                    "SIP_METS_BROKEN", place, because("ingest.more-entries", count=max_entries)
                )
        else:
            reading.end(element)
            forget(element)
    return reading.result()


class _Reading:
    """Collects while the file streams by: a METS may list 100,000 files."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.elements = 0
        self.entries = 0  # files, divisions, pointers
        self.root: dict[str, str] = {}
        self.agents: list[dict[str, str]] = []
        self.also_known: dict[str, str] = {}  # altRecordID TYPE -> value
        self.described_as: set[str] = set()
        self.listed: dict[str, Listed] = {}
        self.by_id: dict[str, str] = {}  # file ID -> path
        self.described: dict[str, str] = {}  # dmdSec ID -> path of the description
        self.file_dmd: list[tuple[str, str]] = []  # (dmd ids, path)
        self.section = ""
        self.file: etree._Element | None = None
        self.divisions: list[tuple[str, list[str]]] = []  # open divs: (dmd ids, file ids)
        self.closed: list[tuple[str, list[str]]] = []

    def start(self, element: etree._Element) -> None:
        name = local(element)
        self.elements += 1
        self.entries += name in COUNTED
        if name == "mets" and not self.root:
            self.root = {"OBJID": attribute(element, "OBJID"), "TYPE": attribute(element, "TYPE")}
        elif name == "metsHdr":
            self.root["RECORDSTATUS"] = attribute(element, "RECORDSTATUS")
        elif name == "agent":
            self.agents.append({"ROLE": attribute(element, "ROLE"), "TYPE": attribute(element, "TYPE")})
        elif name == "dmdSec":
            self.section = attribute(element, "ID")
        elif name == "file":
            self.file = element
        elif name == "div":
            self.divisions.append((attribute(element, "DMDID"), []))
        elif name == "fptr" and self.divisions:
            self.divisions[-1][1].append(attribute(element, "FILEID"))

    def end(self, element: etree._Element) -> None:
        name = local(element)
        if name == "note" and self.agents:
            kind = attribute(element, "NOTETYPE") or "IDENTIFICATIONCODE"
            self.agents[-1].setdefault(kind, text(element))
        elif name == "altRecordID":
            self.also_known.setdefault(attribute(element, "TYPE").upper(), text(element))
        elif name == "mdRef":
            self.described_as.add(attribute(element, "MDTYPE").upper())
            path = self._list(element, element)
            if self.section and path:
                self.described[self.section] = path
        elif name == "FLocat" and self.file is not None:
            path = self._list(element, self.file)
            self.by_id[attribute(self.file, "ID")] = path
            if dmd := attribute(self.file, "DMDID"):
                self.file_dmd.append((dmd, path))
        elif name == "mptr":
            self._list(element, element)
        elif name == "file":
            self.file = None
        elif name == "div" and self.divisions:
            dmd, files = self.divisions.pop()
            if dmd:
                self.closed.append((dmd, files))
            elif self.divisions:  # files of a division without a description belong to the one above it
                self.divisions[-1][1].extend(files)

    def _list(self, locator: etree._Element, holder: etree._Element) -> str:
        href = unquote(attribute(locator, "href")).removeprefix("file:///").removeprefix("file:")
        if not href or "://" in href:
            return ""
        path = posixpath.normpath(posixpath.join(self.folder, href))
        checksum = attribute(holder, "CHECKSUM").lower()
        if checksum or path not in self.listed:  # an mptr names a file again without its hash
            self.listed[path] = Listed(path, checksum, attribute(holder, "CHECKSUMTYPE").upper())
        return path

    def result(self) -> Mets:
        groups: dict[str, list[str]] = {}
        pairs = [(dmd, [self.by_id.get(one, "") for one in files]) for dmd, files in self.closed]
        pairs += [(dmd, [path]) for dmd, path in self.file_dmd]
        for ids, paths in pairs:
            for one in ids.split():
                if description := self.described.get(one):
                    group = groups.setdefault(description, [])
                    group += [path for path in paths if path and path not in group]
        return Mets(
            objid=self.root.get("OBJID", ""),
            type=self.root.get("TYPE", ""),
            record_status=self.root.get("RECORDSTATUS", ""),
            agreement=self.also_known.get("SUBMISSIONAGREEMENT", ""),
            previous=self.also_known.get("PREVIOUSREFERENCECODE", ""),
            described_as=frozenset(self.described_as),
            sender_code=self._sender(),
            listed=self.listed,
            groups={key: tuple(files) for key, files in groups.items()},
        )

    def _sender(self) -> str:
        organisations = [a for a in self.agents if a["TYPE"].upper() in ("ORGANIZATION", "ORGANISATION", "")]
        for agent in sorted(organisations, key=lambda a: a["ROLE"].upper() != "CREATOR"):
            if code := agent.get("IDENTIFICATIONCODE"):
                return code
        return ""
