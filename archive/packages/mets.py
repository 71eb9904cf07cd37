"""Write METS 1.12 as E-ARK CSIP and TT 05/2025 want it: one for the package, one for each representation.

SHA-256 in upper-case hex, times with +07:00. Written element by element; file identifiers are counters, so the second
pass over the records names the same files.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO

from lxml import etree

from archive.packages.markup import CSIP, METS, XLINK, XSI, checked, vietnam
from archive.packages.names import href

NSMAP = {"mets": METS, "csip": CSIP, "xlink": XLINK, "xsi": XSI}
SCHEMA_LOCATION = (
    f"{METS} {{up}}schemas/mets1_12.xsd {XLINK} {{up}}schemas/xlink.xsd "
    f"{CSIP} {{up}}schemas/DILCISExtensionMETS.xsd"
)
SOFTWARE = "Tàng Thư"
HREF = f"{{{XLINK}}}href"
E_ARK_TYPES = frozenset({"Mixed", "Collection"})
"""Words of E-ARK's list of content categories that we use."""


@dataclass(frozen=True)
class Listed:
    """A file as METS lists it; `path` is relative to the METS file."""

    path: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True)
class Group:
    """A fileGrp and its div: Documentation, Schemas, or the METS of a representation."""

    use: str
    files: Iterable[Listed]
    pointer: str = ""  # path of the representation's METS


@dataclass(frozen=True)
class Head:
    """What a METS file says of itself."""

    objid: str
    label: str
    profile: str
    created: datetime
    version: str  # of the software
    agency_code: str
    agency_name: str
    alternatives: tuple[tuple[str, str], ...] = ()  # altRecordID: (type, value)
    up: str = ""  # "../../" in a representation
    package_type: str = "AIP"
    content: str = "Mixed"  # mets/@TYPE


class MetsWriter:
    """Writes one METS file to a stream; call the parts in the order of the schema."""

    def __init__(self, into: BinaryIO, head: Head) -> None:
        self._head = head
        self._created = vietnam(head.created)
        self._file = etree.xmlfile(into, encoding="UTF-8")
        self._stack = ExitStack()
        self._admin = ""

    def __enter__(self) -> MetsWriter:
        head = self._head
        self._xml = self._stack.enter_context(self._file)
        self._xml.write_declaration()
        attributes = {
            "OBJID": checked(head.objid, "OBJID"),
            "LABEL": checked(head.label, "title"),
            **_content_type(head.content),
            "PROFILE": head.profile,
            f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED",
            f"{{{XSI}}}schemaLocation": SCHEMA_LOCATION.format(up=head.up),
        }
        self._stack.enter_context(self._xml.element(f"{{{METS}}}mets", attributes, nsmap=NSMAP))
        self._xml.write("\n")
        self._header()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def _header(self) -> None:
        head = self._head
        attributes = {
            "CREATEDATE": self._created,
            "RECORDSTATUS": "NEW",
            f"{{{CSIP}}}OAISPACKAGETYPE": head.package_type,
        }
        with self._tag("metsHdr", attributes):
            software = {"ROLE": "CREATOR", "TYPE": "OTHER", "OTHERTYPE": "SOFTWARE"}
            self._agent(software, SOFTWARE, head.version, "SOFTWARE VERSION")
            office = {"ROLE": "CREATOR", "TYPE": "ORGANIZATION"}
            self._agent(office, head.agency_name, head.agency_code, "IDENTIFICATIONCODE")
            for kind, value in head.alternatives:
                self._leaf("altRecordID", {"TYPE": kind}, value)
        self._xml.write("\n")

    def _agent(self, attributes: dict[str, str], name: str, note: str, kind: str) -> None:
        with self._tag("agent", attributes):
            self._leaf("name", {}, name)
            self._leaf("note", {f"{{{CSIP}}}NOTETYPE": kind}, note)

    def descriptive(self, files: Iterable[tuple[str, Listed]]) -> None:
        """Write a dmdSec for each (identifier, description file)."""
        for identifier, listed in files:
            with self._tag("dmdSec", {"ID": identifier, "CREATED": self._created, "STATUS": "CURRENT"}):
                self._reference(f"{identifier}-ref", listed, {"MDTYPE": "EAD"})
            self._xml.write("\n")

    def preservation(self, premis: Listed, others: Iterable[Listed] = ()) -> None:
        """Write the amdSec: PREMIS and whatever else is below metadata/."""
        with self._tag("amdSec", {}):
            self._digiprov("amd-premis", premis, {"MDTYPE": "PREMIS"})
            self._admin = "amd-premis"
            for number, listed in enumerate(others, 1):
                self._digiprov(f"amd-other-{number}", listed, {"MDTYPE": "OTHER", "OTHERMDTYPE": "REPORT"})
                self._admin += f" amd-other-{number}"
        self._xml.write("\n")

    def no_preservation(self) -> None:
        """Write the amdSec of a package without PREMIS: an empty one, as the circular's SIP has it."""
        self._leaf("amdSec", {}, "")
        self._xml.write("\n")

    def groups(self, groups: Iterable[Group], divisions: Iterable[str]) -> None:
        """Write the package's fileSec and structMap.

        Args:
            groups: what the package holds besides its descriptions.
            divisions: identifiers of the dmdSecs.
        """
        groups = tuple(groups)
        with self._tag("fileSec", {"ID": "fileSec"}):
            number = 0
            for position, group in enumerate(groups, 1):
                with self._tag("fileGrp", {"ID": f"group-{position}", "USE": group.use} | _content(group)):
                    for listed in group.files:
                        number += 1
                        self._file_entry(_file_id(number), listed)
        self._xml.write("\n")
        with self._structure():
            self._leaf("div", self._metadata_division(divisions), "")
            for position, group in enumerate(groups, 1):
                label = {"ID": f"div-{position}", "LABEL": group.use}
                with self._tag("div", label):
                    if group.pointer:
                        # CSIP 2: the pointer's title names the file group of the representation.
                        pointer = {
                            f"{{{XLINK}}}type": "simple",
                            HREF: href(group.pointer),
                            f"{{{XLINK}}}title": f"group-{position}",
                            "LOCTYPE": "URL",
                        }
                        self._leaf("mptr", pointer, "")
                    else:
                        self._leaf("fptr", {"FILEID": f"group-{position}"}, "")
                self._xml.write("\n")

    def documents(
        self, files: Iterable[tuple[int, Listed]], again: Iterable[tuple[int, Listed]], divisions: str
    ) -> None:
        """Write a representation's fileSec and structMap.

        Args:
            files: (ordinal of the document, file), in order.
            again: the same once more: the structure names every file of the section before.
            divisions: identifiers of all dmdSecs, separated by spaces; each is `dmd-<ordinal>`.
        """
        listed = iter(files)
        first = next(listed, None)
        if first is not None:
            self._data(chain((first,), listed))
        with self._structure():
            self._leaf("div", self._metadata_division(divisions.split()), "")
            if first is not None:
                with self._tag("div", {"ID": "div-data", "LABEL": "Data"}):
                    self._links(again)

    def _data(self, files: Iterable[tuple[int, Listed]]) -> None:
        """Write the fileSec; a representation without files has none, since CSIP64 wants a folder for each group."""
        attributes = {"ID": "group-data", "USE": "Data", f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED"}
        with self._tag("fileSec", {"ID": "fileSec"}), self._tag("fileGrp", attributes):
            self._xml.write("\n")
            for number, (_, listed) in enumerate(files, 1):
                self._file_entry(_file_id(number), listed)
        self._xml.write("\n")

    def _links(self, files: Iterable[tuple[int, Listed]]) -> None:
        current, open_division = -1, ExitStack()
        for number, (ordinal, _) in enumerate(files, 1):
            if ordinal != current:
                open_division.close()
                self._xml.write("\n")
                # TT 05/2025 Phụ lục I: this label links a document with its description.
                attributes = {"LABEL": "MetadataLink/File", "DMDID": f"dmd-{ordinal}"}
                open_division.enter_context(self._tag("div", attributes))
                current = ordinal
            self._leaf("fptr", {"FILEID": _file_id(number)}, "")
        open_division.close()

    # -- parts --------------------------------------------------------------------------------------------
    def _tag(self, name: str, attributes: dict[str, str]) -> Any:
        return self._xml.element(f"{{{METS}}}{name}", attributes)

    def _leaf(self, name: str, attributes: dict[str, str], text: str) -> None:
        with self._xml.element(f"{{{METS}}}{name}", attributes):
            if text:
                self._xml.write(checked(text, f"METS {name}"))

    def _structure(self) -> ExitStack:
        stack = ExitStack()
        attributes = {"ID": "structMap", "TYPE": "PHYSICAL", "LABEL": "CSIP"}
        stack.enter_context(self._tag("structMap", attributes))
        stack.enter_context(self._tag("div", {"ID": "div-root", "LABEL": checked(self._head.objid, "OBJID")}))
        self._xml.write("\n")
        return stack

    def _metadata_division(self, divisions: Iterable[str]) -> dict[str, str]:
        attributes = {"ID": "div-metadata", "LABEL": "Metadata"}
        described = " ".join(divisions)
        if described:
            attributes["DMDID"] = described
        if self._admin:
            attributes["ADMID"] = self._admin
        return attributes

    def _digiprov(self, identifier: str, listed: Listed, kind: dict[str, str]) -> None:
        with self._tag("digiprovMD", {"ID": identifier, "STATUS": "CURRENT"}):
            self._reference(f"{identifier}-ref", listed, kind)

    def _reference(self, identifier: str, listed: Listed, kind: dict[str, str]) -> None:
        attributes = {
            "ID": identifier,
            "LOCTYPE": "URL",
            f"{{{XLINK}}}type": "simple",
            HREF: href(listed.path),
        }
        self._leaf("mdRef", attributes | kind | self._bytes(listed), "")

    def _file_entry(self, identifier: str, listed: Listed) -> None:
        with self._tag("file", {"ID": identifier} | self._bytes(listed)):
            where = {f"{{{XLINK}}}type": "simple", HREF: href(listed.path), "LOCTYPE": "URL"}
            self._leaf("FLocat", where, "")
        self._xml.write("\n")

    def _bytes(self, listed: Listed) -> dict[str, str]:
        return {
            "MIMETYPE": checked(listed.media_type, listed.path) or "application/octet-stream",
            "SIZE": str(listed.size),
            "CREATED": self._created,
            "CHECKSUM": listed.sha256.upper(),
            "CHECKSUMTYPE": "SHA-256",
        }


def _file_id(number: int) -> str:
    """Return the identifier of a listed file; E-ARK AIP9 has it begin with `ID`."""
    return f"ID-file-{number}"


def _content_type(word: str) -> dict[str, str]:
    return {"TYPE": word} if word in E_ARK_TYPES else {"TYPE": "Other", f"{{{CSIP}}}OTHERTYPE": word}


def _content(group: Group) -> dict[str, str]:
    return {f"{{{CSIP}}}CONTENTINFORMATIONTYPE": "MIXED"} if group.pointer else {}
