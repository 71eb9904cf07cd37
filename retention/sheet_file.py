"""Read a spreadsheet a stranger made, XLSX or CSV, as lines of text; nothing in it is ever computed.

Threat model: an XLSX is a ZIP of XML: bombs, entities, shared strings without end, a dimension that lies, formulas,
macros, links. So the bytes are counted before and after unpacking, only plain XML parts without a DTD and with few
tags reach openpyxl, and it is read row by row, no further than the limits. A CSV is counted, decoded strictly, and
read with the csv module's own limit on a field. What this may cost at the most: `UNPACKED` twice and openpyxl's
objects for `TAGS` tags, about 150 MB for a moment.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from archive.errors import TangThuError
from archive.packages.prolog import without_dtd
from archive.reason import because
from archive.workbook import (
    COMPOUND,
    XML,
    BrokenWorkbookError,
    broken_told,
    computed,
    rows_of,
    sheets_of,
    text_of,
)
from retention.errors import SheetError

LARGEST = 4 * 2**20
"""Bytes of the file."""
UNPACKED = 24 * 2**20
"""Bytes of all its parts."""
PARTS, SHEETS, TAGS = 200, 20, 500_000
ROWS, COLUMNS = 5_000, 30
EMPTY = 50_000
"""Rows up to which empty ones are passed over: a sheet may be formatted far below its last line."""
CELL = 2_000
"""Characters of one cell."""
ENCODINGS = re.compile(rb"""encoding\s*=\s*["'](?!utf-?8["']|us-ascii["'])""", re.IGNORECASE)
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        computed: it is a formula or an error; its text is what was written, never a result.
    """

    text: str
    computed: bool = False


@dataclass(frozen=True)
class Line:
    """One line; `number` is the spreadsheet program's, from 1."""

    number: int
    cells: tuple[Cell, ...]


def cell_name(line: int, column: int) -> str:
    """Return a cell as people call it, `F12`; columns count from 0 and there are at most `COLUMNS`."""
    first, last = divmod(column, 26)
    return f"{chr(ord('A') + first - 1) if first else ''}{chr(ord('A') + last)}{line}"


def read_sheets(stream: BinaryIO) -> list[tuple[Line, ...]]:
    """Return the lines of every sheet that has something on it; a CSV is one sheet.

    Raises:
        SheetError: larger than any limit, a password or an old XLS, no spreadsheet at all.
    """
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise SheetError(because("retention.sheet-too-large", bytes=LARGEST))
    if not data:
        raise SheetError(because("retention.sheet-empty"))
    if data.startswith(COMPOUND):
        raise SheetError(because("retention.sheet-locked"))
    if not data.startswith(b"PK"):
        return [lines] if (lines := _csv(data)) else []
    try:
        with broken_told(), sheets_of(_plain(data)) as found:
            if len(found) > SHEETS:
                raise SheetError(because("retention.sheet-most", what="sheets", most=SHEETS))
            sheets = [tuple(_lines(sheet)) for sheet in found]
    except BrokenWorkbookError as error:
        raise SheetError(because("retention.sheet-broken", said=error.said)) from error
    return [lines for lines in sheets if lines]


def _plain(data: bytes) -> BinaryIO:
    """Return the workbook anew with its plain XML parts alone.

    Raises:
        SheetError: a limit is passed, or a part has a DTD or another encoding than UTF-8.
    """
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(plain, "w") as sink:
        parts = source.infolist()
        # A part never gives more than it declares here: zipfile stops there.
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise SheetError(because("retention.sheet-too-large", bytes=UNPACKED))
        tags = 0
        if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise SheetError(because("retention.sheet-broken", said="ZIP"))
        for part in parts:
            if not part.filename.casefold().endswith(XML):
                continue  # macros, pictures, embedded objects
            content = source.read(part)
            tags += content.count(b"<")
            if tags > TAGS:
                raise SheetError(because("retention.sheet-most", what="tags", most=TAGS))
            if b"\0" in content or ENCODINGS.search(content[:200]):
                raise SheetError(because("retention.sheet-encoding"))
            try:
                without_dtd(io.BytesIO(content), part.filename[:80])
            except TangThuError as error:
                raise SheetError(because("retention.sheet-broken", said="DTD")) from error
            sink.writestr(part.filename, content)
    plain.seek(0)
    return plain


def _lines(sheet: Any) -> Iterator[Line]:
    """Yield a sheet's lines that have something on them."""
    for number, row in rows_of(sheet, columns=COLUMNS):
        cells = _kept([_cell(cell) for cell in row])
        if not cells and number <= EMPTY:
            continue
        if number > ROWS or len(cells) > COLUMNS:
            raise SheetError(because("retention.sheet-rows", rows=ROWS, columns=COLUMNS))
        yield Line(number, cells)


def _cell(cell: Any) -> Cell:
    return _checked(text_of(cell), computed=computed(cell))


def _checked(text: str, *, computed: bool = False) -> Cell:
    if len(text) > CELL:
        raise SheetError(because("retention.sheet-most", what="characters", most=CELL))
    return Cell(text, computed or text.startswith(("=", "@")))


def _kept(cells: list[Cell]) -> tuple[Cell, ...]:
    while cells and not cells[-1].text:
        cells.pop()
    return tuple(cells)


def _csv(data: bytes) -> tuple[Line, ...]:
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise SheetError(because("retention.sheet-encoding")) from error
    if "\0" in text:  # UTF-16 without its mark, or no text at all
        raise SheetError(because("retention.sheet-encoding"))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    lines: list[Line] = []
    try:
        for number, row in enumerate(rows, 1):
            cells = _kept([_checked(cell.strip()) for cell in row])
            if not cells:
                continue
            if number > ROWS or len(cells) > COLUMNS:
                raise SheetError(because("retention.sheet-rows", rows=ROWS, columns=COLUMNS))
            lines.append(Line(number, cells))
    except csv.Error as error:
        raise SheetError(because("retention.sheet-broken", said="CSV")) from error
    return tuple(lines)


def _delimiter(text: str) -> str:
    """Return what stands most often in the first lines: comma, semicolon or tab."""
    first = "\n".join(text[:65536].splitlines()[:20])
    return max(",;\t", key=first.count)
