"""Read the METS files of a package: every file they name with its hash, and what the root says of the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from lxml import etree

from archive.packages.errors import UnreadableError
from archive.packages.markup import CSIP, METS, PARSER_OPTIONS, XLINK, stream
from archive.packages.names import unhref
from archive.packages.prolog import without_dtd

FILE, MDREF, MPTR = f"{{{METS}}}file", f"{{{METS}}}mdRef", f"{{{METS}}}mptr"
FLOCAT = f"{{{METS}}}FLocat"
HREF = f"{{{XLINK}}}href"
SECTIONS = frozenset(f"{{{METS}}}{name}" for name in ("dmdSec", "amdSec", "fileSec", "structMap"))
"""What follows a header, were it to be missing."""


@dataclass(frozen=True)
class Reference:
    """One reference read from a METS file.

    Attributes:
        kind: file, metadata or pointer (to another METS, without checksum).
        path: relative to the METS file, decoded.
    """

    kind: str
    path: str
    checksum: str = ""
    checksum_type: str = ""
    size: str = ""


def references(source: BinaryIO, place: str, schema: Any) -> Iterator[Reference]:
    """Yield every reference of a METS file, validating it on the way.

    Raises:
        UnreadableError: not well-formed or not valid.
    """
    for element in stream(source, place, tags=frozenset({FILE, MDREF, MPTR}), schema=schema):
        if element.tag == MPTR:
            yield Reference("pointer", unhref(element.get(HREF, "")))
            continue
        where = element if element.tag == MDREF else element.find(FLOCAT)
        if where is None or not where.get(HREF):
            raise UnreadableError(f"{place}: {element.get('ID', 'a file')} has no location")
        yield Reference(
            "metadata" if element.tag == MDREF else "file",
            unhref(where.get(HREF, "")),
            element.get("CHECKSUM", ""),
            element.get("CHECKSUMTYPE", ""),
            element.get("SIZE", ""),
        )


def attributes_of(source: BinaryIO, place: str) -> dict[str, str]:
    """Return the root's attributes, `OAISPACKAGETYPE` and the altRecordIDs by type, reading no further than the header.

    Raises:
        UnreadableError: not well-formed.
    """
    found: dict[str, str] = {}
    try:
        for event, element in etree.iterparse(
            without_dtd(source, place), events=("start", "end"), **PARSER_OPTIONS
        ):
            if not found:
                found = {"": element.tag, **dict(element.attrib)}
            header = element.tag == f"{{{METS}}}metsHdr"
            if header and event == "start":
                found["OAISPACKAGETYPE"] = element.get(f"{{{CSIP}}}OAISPACKAGETYPE", "")
            elif event == "end" and element.tag == f"{{{METS}}}altRecordID":
                found.setdefault(element.get("TYPE", ""), element.text or "")
            elif event == "end":
                element.clear()
            if event == "end" and (header or element.getparent() is None or element.tag in SECTIONS):
                break
    except etree.LxmlError as error:
        raise UnreadableError(f"{place}: {error}") from error
    return found
