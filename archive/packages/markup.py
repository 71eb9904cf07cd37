"""XML as packages use it: namespaces, checked text, Vietnamese time, and parsing of what may be hostile.

Threat model of reading: a package may come from another archive. A document with a DTD is refused before libxml2 sees
it (`archive.packages.prolog`): with a schema and an entity of its own, lxml 6.1 ends the whole process. Nothing is
fetched; libxml2's limits on depth and on the size of one text stay on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any, BinaryIO

from lxml import etree

from archive.packages.errors import UnreadableError, UnwritableError
from archive.packages.prolog import without_dtd
from archive.vietnam import local

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
XLINK = "http://www.w3.org/1999/xlink"
PREMIS = "http://www.loc.gov/premis/v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TT = "urn:tangthu:package:1"
"""Our extension: what a register rebuild needs and no standard element carries."""

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PARSER_OPTIONS: Mapping[str, Any] = {
    # "internal" and not False: with False and a schema, lxml 6.1 forgets to report a document that is cut off.
    # No document that gets here has a DTD, so there is no entity to read.
    "resolve_entities": "internal",
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_pis": True,
    "remove_comments": True,
}


def checked(text: str, place: str) -> str:
    """Return the text if XML 1.0 can hold it.

    Raises:
        UnwritableError: it holds a character XML forbids (section 2.2); the message names it and the place.
    """
    found = NOT_XML.search(text)
    if found:
        raise UnwritableError(
            place,
            f"character U+{ord(found.group()):04X} at position {found.start()} cannot be kept in XML; "
            "have the office mend the text",
        )
    return text


def vietnam(at: datetime, place: str = "time") -> str:
    """Return an aware time in ISO 8601 with +07:00 (TT 05/2025, METS dates).

    Raises:
        UnwritableError: the time has no zone.
    """
    if at.tzinfo is None:
        raise UnwritableError(place, "a time without zone")
    return local(at).isoformat()


def moment(text: str) -> datetime:
    """Return the aware UTC time an ISO 8601 text stands for."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day(value: date) -> str:
    """Return a date as the circulars write it: DD/MM/YYYY."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def child(parent: Any, tag: str, text: str, place: str = "") -> Any:
    """Add an element with checked text."""
    element = etree.SubElement(parent, tag)
    element.text = checked(text, place or tag)
    return element


def mapping(parent: Any, values: Mapping[str, str], place: str) -> None:
    """Add `<tt:field name="...">text</tt:field>` for every value."""
    for name, text in values.items():
        element = child(parent, f"{{{TT}}}field", text, f"{place} / {name}")
        element.set("name", checked(name, f"{place} / field name"))


def read_mapping(parent: Any) -> dict[str, str]:
    """Return what `mapping` wrote."""
    return {field.get("name", ""): field.text or "" for field in parent.iterfind(f"{{{TT}}}field")}


def parse(data: bytes, place: str) -> Any:
    """Return the root of a small document.

    Raises:
        UnreadableError: not well-formed, or with a DTD.
    """
    try:
        root = etree.fromstring(without_dtd(BytesIO(data), place).read(), etree.XMLParser(**PARSER_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"{place}: not well-formed XML: {error}") from error
    return root


def stream(
    source: BinaryIO, place: str, *, tags: frozenset[str] = frozenset(), schema: Any = None
) -> Iterator[Any]:
    """Yield the wanted elements as they end; everything is forgotten at once, so memory does not grow.

    Args:
        source: the XML bytes.
        place: for messages.
        tags: which elements, with their namespaces; none are yielded when empty.
        schema: an `lxml.etree.XMLSchema` to validate against while reading.

    Raises:
        UnreadableError: not well-formed, not valid, or with a DTD.
    """
    inside = depth = 0
    started = False
    try:
        for event, element in etree.iterparse(
            without_dtd(source, place),
            events=("start", "end"),
            schema=schema,
            collect_ids=False,
            **PARSER_OPTIONS,
        ):
            wanted = element.tag in tags
            if event == "start":
                started = True
                depth += 1
                inside += wanted
                continue
            depth -= 1
            if wanted:
                yield element
                inside -= 1
            if not inside:
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.LxmlError as error:
        raise UnreadableError(f"{place}: {error}") from error
    if not started or depth:
        raise UnreadableError(f"{place}: ends before its root element does")
