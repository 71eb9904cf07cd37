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

from ingest.gateway.safe_xml import attribute, local, text, walk


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
        groups: description file -> data files that a division of the structural map puts with it.
    """

    objid: str = ""
    record_status: str = ""
    agreement: str = ""
    sender_code: str = ""
    listed: Mapping[str, Listed] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_mets(path: Path, *, folder: str, max_bytes: int) -> Mets:
    """Return what the METS file says; `folder` is where it lies in the package ("" for the root METS).

    Raises:
        UnreadableDeliveryError: SIP_METS_BROKEN.
    """
    place = posixpath.join(folder, "METS.xml")
    reading = _Reading(folder)
    for event, element in walk(path, code="SIP_METS_BROKEN", place=place, max_bytes=max_bytes):
        if event == "start":
            reading.start(element)
        else:
            reading.end(element)
    return reading.result()


class _Reading:
    """Collects while the file streams by: a METS may list 100,000 files."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.root: dict[str, str] = {}
        self.agents: list[dict[str, str]] = []
        self.agreement = ""
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
        if name == "mets" and not self.root:
            self.root = {"OBJID": attribute(element, "OBJID")}
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
        elif name == "altRecordID" and attribute(element, "TYPE").upper() == "SUBMISSIONAGREEMENT":
            self.agreement = text(element)
        elif name == "mdRef":
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
        if name in ("file", "div", "dmdSec", "agent", "fileGrp"):
            element.clear()

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
            record_status=self.root.get("RECORDSTATUS", ""),
            agreement=self.agreement,
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
