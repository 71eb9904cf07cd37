"""A workbook whose columns are as wide as what is in them, so that a print cuts nothing off. Runs in the sandbox.

A spreadsheet shows only the part of a cell's text that its column has room for, and so does its print: the rest
would be missing from the derivative. Only widths and heights are changed, in a copy made for printing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from ingest.formats.identify import OOXML
from ingest.formats.office import XML_LIMIT, S, bomb

WORKBOOK = OOXML + "spreadsheetml.sheet"
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
LEAST, MOST = 12, 255  # characters; more is not a width a workbook can have
ROOM = 1.25  # widths are counted in digits, letters may be broader


def widen(path: Path, out: Path) -> dict[str, Any]:
    """Write a copy of an OOXML workbook with columns widened and row heights left to the program."""
    changed = 0
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        trouble = bomb(package)
        if trouble:
            raise ValueError(str(trouble))
        shared = _shared(package)
        for entry in package.infolist():
            with package.open(entry) as stream:
                data = stream.read(XML_LIMIT)
            if SHEET.fullmatch(entry.filename):
                data = _widened(data, shared)
                changed += 1
            copy.writestr(entry.filename, data)
    return {"sheets": changed}


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _shared(package: zipfile.ZipFile) -> list[int]:
    """Return the length of each shared string."""
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    with package.open("xl/sharedStrings.xml") as stream:
        root = _parsed(stream.read(XML_LIMIT))
    return [_longest("".join(piece.text or "" for piece in one.iter(S + "t"))) for one in root.iter(S + "si")]


def _longest(text: str) -> int:
    return max((len(line) for line in text.splitlines()), default=0)


def _widened(data: bytes, shared: list[int]) -> bytes:
    root = _parsed(data)
    rows = root.find(S + "sheetData")
    if rows is None:
        return data
    merged = {one.get("ref", "").partition(":")[0] for one in root.iter(S + "mergeCell")}
    needed: dict[int, int] = {}
    for cell in rows.iter(S + "c"):
        place = cell.get("r", "")
        if place and place not in merged:  # a merged cell has the room of all its columns
            column = _column(place)
            needed[column] = max(needed.get(column, LEAST), _length(cell, shared))
    for row in rows.iter(S + "row"):
        row.attrib.pop("ht", None)
        row.attrib.pop("customHeight", None)
    known = root.find(S + "cols")
    kept = {}
    if known is not None:
        kept = {number: dict(one.attrib) for one in known for number in _range(one)}
        root.remove(known)
    columns = etree.Element(S + "cols")
    for number in sorted(needed.keys() | kept.keys()):
        attributes = kept.get(number, {})
        width = max(float(attributes.get("width", 0)), min(MOST, needed.get(number, 0) * ROOM + 2))
        attributes |= {"min": str(number), "max": str(number), "width": f"{width:.1f}", "customWidth": "1"}
        etree.SubElement(columns, S + "col", attributes)
    if len(columns):
        rows.addprevious(columns)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _range(column: Any) -> Iterator[int]:
    first, last = int(column.get("min", 1)), int(column.get("max", 1))
    yield from range(first, min(last, first + 1000) + 1)


def _column(place: str) -> int:
    """Return the column's number of a cell's place: 1 for A7, 28 for AB3."""
    number = 0
    for sign in place.rstrip("0123456789").upper():
        number = number * 26 + ord(sign) - 64
    return number


def _length(cell: Any, shared: list[int]) -> int:
    value = cell.findtext(S + "v") or ""
    if cell.get("t") == "s" and value.isdigit() and int(value) < len(shared):
        return shared[int(value)]
    if cell.get("t") == "inlineStr":
        return _longest("".join(piece.text or "" for piece in cell.iter(S + "t")))
    return len(value)
