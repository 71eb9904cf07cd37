"""Read a CSV a stranger made: UTF-8 (with or without mark) or UTF-16 with its mark; comma, semicolon or tab.

Threat model: endless lines, endless fields, another encoding than said, texts that are formulas in a spreadsheet
program. The file is capped before it is read; a field has at most 131,072 characters (the csv module's own limit).
"""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from archive.reason import Reason, because
from ingest.errors import UnreadableDeliveryError, detail
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.readers.sheet_grid import MAX_COLUMNS, Grid, Line, acts, formula, trimmed

DELIMITERS = ",;\t"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_csv(path: Path, place: str, limits: Limits) -> Grid:
    """Return the file's lines.

    Raises:
        UnreadableDeliveryError: SHEET_TOO_LARGE, SHEET_ENCODING, SHEET_BROKEN.
    """
    if path.stat().st_size > limits.sheet_bytes:
        raise UnreadableDeliveryError(
            "SHEET_TOO_LARGE", place, because("ingest.bytes", bytes=path.stat().st_size)
        )
    text = _text(path, place)
    lines: list[Line] = []
    findings: list[Finding] = []
    stream = io.StringIO(text, newline="")
    try:
        rows = csv.reader(stream, delimiter=_delimiter(text), strict=True)
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not lines and len(cells) == 1 and cells[0].casefold().startswith("sep="):
                continue  # a spreadsheet program's own note on the delimiter
            kept = trimmed([_kept(place, rows.line_num, n, cell, findings) for n, cell in enumerate(cells)])
            if len(kept) > MAX_COLUMNS or len(lines) >= limits.sheet_rows:
                raise UnreadableDeliveryError("SHEET_TOO_LARGE", place, _most(limits))
            lines.append(Line(rows.line_num, kept))
    except csv.Error as error:
        raise UnreadableDeliveryError("SHEET_BROKEN", place, detail(str(error))) from error
    return Grid(place, tuple(lines), tuple(findings))


def _most(limits: Limits) -> Reason:
    return because("ingest.sheet-most", rows=limits.sheet_rows, columns=MAX_COLUMNS)


def _kept(place: str, line: int, column: int, cell: str, findings: list[Finding]) -> str:
    if not acts(cell):
        return cell
    findings.append(formula(place, line, column, cell))
    return ""


def _text(path: Path, place: str) -> str:
    data = path.read_bytes()
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise UnreadableDeliveryError("SHEET_ENCODING", place, encoding.upper()) from error
    if "\0" in text:  # UTF-16 without its mark is valid UTF-8 full of NULs
        raise UnreadableDeliveryError("SHEET_ENCODING", place, "NUL")
    return text


def _delimiter(text: str) -> str:
    """Return what stands most often outside quotes in the line that has most of them, of the first twenty."""
    first = text[:65536].splitlines()[:20]
    if first and first[0].strip().casefold().startswith("sep=") and len(first[0].rstrip("\r\n")) >= 5:
        said = first[0].lstrip("\ufeff").strip("\r\n")[4:5]
        if said and said in DELIMITERS:
            return said
    best, most = ",", 0
    for line in first:
        outside = "".join(line.split('"')[::2])
        for one in DELIMITERS:
            if outside.count(one) > most:
                best, most = one, outside.count(one)
    return best
