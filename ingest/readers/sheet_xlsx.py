"""Read an XLSX a stranger made, as text; nothing in it is ever computed.

Threat model: an XLSX is a ZIP of XML: bombs, entities, shared strings without end, a dimension that lies, formulas,
DDE, links to other files, macros, elements without number. So before openpyxl sees it (its parser is the standard
library's) the parts and their tags are counted, each is begun with the safe parser, which refuses a DOCTYPE, and only
plain XML parts are passed on. Then it is read row by row, formulas unevaluated, and no further than where a header
must stand when there is none.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from archive.reason import because
from archive.workbook import COMPOUND, XML, BrokenWorkbookError, computed, rows_of, sheets_of, text_of
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.gateway.safe_xml import walk
from ingest.gateway.unzip import CHUNK, unpack
from ingest.readers.sheet_grid import HEAD, MAX_COLUMNS, Grid, Line, acts, formula, trimmed

MAX_SHEETS = 20
MAX_PARTS = 200
LAST_ROW = 1_048_576
"""Of a sheet, in any program; empty rows up to there are passed over, some programs format them all."""
MAX_TAGS = 3_000_000
"""openpyxl keeps what it does not know in memory, some 100 bytes a tag."""
LARGE = frozenset({"SIP_TOO_LARGE", "SIP_BOMB", "SIP_TOO_MANY_FILES", "SIP_NESTED"})
ENCODINGS = frozenset({"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ASCII", "US-ASCII"})
ACTIVE = (
    "vbaproject.bin",
    "externallinks/",
    "connections.xml",
    "activex/",
    "ctrlprops/",
    "embeddings/",
    "querytables/",
)


def read_xlsx(
    path: Path, place: str, limits: Limits, scratch: Path, *, wanted: Callable[[Sequence[Line]], bool]
) -> list[Grid]:
    """Return every visible or hidden sheet that has something on it.

    Args:
        path: the workbook.
        place: how findings call it.
        limits: caps on its size.
        scratch: a folder in which one may be made, and removed again, for the workbook's parts.
        wanted: asked with a sheet's first `HEAD` lines; of one that is not wanted, these are all that is read.

    Raises:
        UnreadableDeliveryError: SHEET_TOO_LARGE, SHEET_BROKEN, SHEET_ENCRYPTED.
    """
    with path.open("rb") as stream:
        compound = stream.read(4) == COMPOUND
    if compound:
        raise UnreadableDeliveryError("SHEET_ENCRYPTED", place, "-")
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".xlsx-") as folder:
        plain = Path(folder) / "plain"
        active = _checked(path, place, limits, plain)
        findings = [Finding("SHEET_ACTIVE", place, {"found": ", ".join(active)})] if active else []
        try:
            # By its name, openpyxl wants an ending our names do not have.
            with plain.open("rb") as stream, sheets_of(stream) as sheets:
                return _grids(sheets, place, limits, findings, wanted)
        except BrokenWorkbookError as error:
            raise UnreadableDeliveryError("SHEET_BROKEN", place, error.said) from error


def _grids(
    sheets: Sequence[Any],
    place: str,
    limits: Limits,
    findings: list[Finding],
    wanted: Callable[[Sequence[Line]], bool],
) -> list[Grid]:
    if len(sheets) > MAX_SHEETS:
        raise UnreadableDeliveryError(
            "SHEET_TOO_LARGE", place, because("ingest.more-sheets", count=MAX_SHEETS)
        )
    grids = []
    for sheet in sheets:
        name = f"{place} [{sheet.title[:31]}]" if len(sheets) > 1 else place
        found = list(findings)
        lines = _lines(sheet, name, limits, found)
        first = list(islice(lines, HEAD))
        if first:
            grids.append(Grid(name, (*first, *(lines if wanted(first) else ())), tuple(found)))
    return grids


def _checked(path: Path, place: str, limits: Limits, plain: Path) -> list[str]:
    """Write the workbook anew with its plain XML parts alone; return what else in it could act.

    Raises:
        UnreadableDeliveryError: SHEET_TOO_LARGE, SHEET_BROKEN.
    """
    narrow = Limits(
        package_bytes=limits.sheet_bytes,
        files=MAX_PARTS,
        ratio=limits.ratio,
        nesting=0,
        message_bytes=limits.sheet_bytes,
    )
    try:
        parts = unpack(path, plain.with_name("parts"), narrow)
        kept = [part for part in parts if part.name.casefold().endswith(XML)]
        tags = sum(_tags(part.path, place, limits) for part in kept)
    except UnreadableDeliveryError as error:
        code = "SHEET_TOO_LARGE" if error.code in LARGE else "SHEET_BROKEN"
        raise UnreadableDeliveryError(code, place, error.reason) from error
    if tags > MAX_TAGS:
        raise UnreadableDeliveryError(
            "SHEET_TOO_LARGE", place, because("ingest.more-entries", count=MAX_TAGS)
        )
    with zipfile.ZipFile(plain, "w") as sink:
        for part in kept:
            sink.write(part.path, part.name)
    names = {part.name.casefold() for part in parts}
    return sorted({mark.rstrip("/") for mark in ACTIVE if any(f"/{mark}" in f"/{name}" for name in names)})


def _tags(part: Path, place: str, limits: Limits) -> int:
    """Return how many tags a part has at the most, once it is known to declare no entity.

    Raises:
        UnreadableDeliveryError: SHEET_BROKEN.
    """
    for _, element in walk(part, code="SHEET_BROKEN", place=place, max_bytes=limits.sheet_bytes):
        # A DOCTYPE stands before the first element; and where "<" is another byte, counting it says nothing.
        if (element.getroottree().docinfo.encoding or "UTF-8").upper() not in ENCODINGS:
            raise UnreadableDeliveryError(
                "SHEET_BROKEN", place, because("ingest.wrong-encoding", said="encoding")
            )
        break
    count = 0
    with part.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            count += chunk.count(b"<")
    return count


def _lines(sheet: Any, name: str, limits: Limits, findings: list[Finding]) -> Iterator[Line]:
    """Yield a sheet's lines that have something on them."""
    most = because("ingest.sheet-most", rows=limits.sheet_rows, columns=MAX_COLUMNS)
    for number, row in rows_of(sheet, columns=MAX_COLUMNS):
        if number > LAST_ROW:
            raise UnreadableDeliveryError("SHEET_TOO_LARGE", name, most)
        cells = trimmed([_text(name, number, column, cell, findings) for column, cell in enumerate(row)])
        if not cells:
            continue
        if len(cells) > MAX_COLUMNS or number > limits.sheet_rows:
            raise UnreadableDeliveryError("SHEET_TOO_LARGE", name, most)
        yield Line(number, cells)


def _text(name: str, line: int, column: int, cell: Any, findings: list[Finding]) -> str:
    text = text_of(cell)
    if text and (computed(cell) or acts(text)):
        findings.append(formula(name, line, column, text))
        return ""
    return text
