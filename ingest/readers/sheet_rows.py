"""From the rows of a spreadsheet to one case file and its documents.

A row is a document; the case file's columns are repeated on every row, or said once (merged cells). A sheet that
describes several case files goes back: a receipt, a return and a storage confirmation each speak of one message and
one case file, so that one bad case file never holds back, or lets through, another; each is to be sent by itself. All
its rows are read all the same, because a sign of secrecy in any of them must be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.access import access_of
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.readers.sheet_columns import CASE, DOCUMENT, FILE, Header, understood
from ingest.readers.sheet_grid import HEAD, SHOWN, Grid, Line, cell_name

HEADER_COLUMNS = 4
"""Known columns that make a line a header."""
PARTS = ("day", "month", "year")
DATES = ("StartDate", "EndDate", "IssuedDate")
_NAMES_CASE = ("FileCode", "FileNotation", "Title")


@dataclass(frozen=True)
class Row:
    """One document as its row says.

    Attributes:
        line: its number in the sheet.
        files: names or paths of its files, as written.
    """

    line: int
    fields: Mapping[str, str]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A case file as its spreadsheet says."""

    name: str
    fields: Mapping[str, str]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]


def header_of(lines: Sequence[Line]) -> tuple[int, Header] | None:
    """Return the position of the header line and what it means; None when there is none."""
    best: tuple[int, int, Header] | None = None
    for position, line in enumerate(lines[:HEAD]):
        header = understood(line.cells)
        known = sum(column is not None for column in header.columns)
        usable = header.has(CASE, *_NAMES_CASE) and header.has(DOCUMENT, FILE, "Subject")
        if usable and known >= HEADER_COLUMNS and (best is None or known > best[0]):
            best = (known, position, header)
    return (best[1], best[2]) if best else None


def sheet_of(grid: Grid, position: int, header: Header) -> Sheet:
    """Return what the sheet says, its header known.

    Raises:
        UnreadableDeliveryError: SHEET_NO_ROWS.
    """
    titles = grid.lines[position]
    findings = [*grid.findings, *_columns(grid.name, titles, header)]
    lines = [line for line in grid.lines[position + 1 :] if any(line.cells) and not _is_numbering(line)]
    said: list[tuple[int, dict[str, str]]] = []  # what lines say of the case file
    rows = []
    for line in lines:
        case, document, files = _split(line, header)
        if case:
            said.append((line.number, case))
        if document or files:
            rows.append(Row(line.number, document, files))
    if not rows:
        raise UnreadableDeliveryError("SHEET_NO_ROWS", grid.name, "-")
    firsts = _case_files(said)
    if len(firsts) > 1:
        params = {
            "count": str(len(firsts)),
            "rows": ", ".join(map(str, firsts[:10])) + (" …" if firsts[10:] else ""),
        }
        findings.append(Finding("SHEET_SEVERAL_CASES", grid.name, params))
        return Sheet(grid.name, _dated(_narrowest(said)), _numbered(rows), tuple(findings))
    fields = _agreed(grid.name, said, findings)
    return Sheet(grid.name, _dated(fields), tuple(rows), tuple(findings))


def _columns(name: str, titles: Line, header: Header) -> Iterable[Finding]:
    for position in header.unknown:
        params = {"cell": cell_name(titles.number, position), "column": titles.cells[position][:SHOWN]}
        yield Finding("SHEET_COLUMN_UNKNOWN", f"{name} {params['cell']}", params)
    for position in header.twice:
        params = {"cell": cell_name(titles.number, position), "column": titles.cells[position][:SHOWN]}
        yield Finding("SHEET_COLUMN_TWICE", f"{name} {params['cell']}", params)
    if not header.has(DOCUMENT, FILE):
        yield Finding("SHEET_COLUMN_MISSING", name, {"column": "Đường dẫn file"})


def _is_numbering(line: Line) -> bool:
    """Return whether the line only numbers the columns, as printed forms do below their header."""
    told = [(n, cell.strip("()")) for n, cell in enumerate(line.cells, 1) if cell]
    return len(told) >= HEADER_COLUMNS and all(text == str(n) for n, text in told)


def _split(line: Line, header: Header) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    case: dict[str, str] = {}
    document: dict[str, str] = {}
    files: tuple[str, ...] = ()
    for column, cell in zip(header.columns, line.cells, strict=False):
        if column is None or not cell:
            continue
        if column.field == FILE:
            files = tuple(one.strip() for one in cell.replace("\n", ";").split(";") if one.strip())
        elif column.level == CASE:
            case[column.field] = f"{case[column.field]}; {cell}" if column.field in case else cell
        elif column.level == DOCUMENT:
            document[column.field] = f"{document[column.field]}; {cell}" if column.field in document else cell
    return case, _dated(document), files


def _case_files(said: Sequence[tuple[int, Mapping[str, str]]]) -> list[int]:
    """Return the first line of each case file the sheet describes."""
    found: dict[tuple[str, ...], int] = {}
    for line, case in said:
        if any(case.get(field) for field in _NAMES_CASE):
            found.setdefault(_identity(case), line)
    return list(found.values())


def _narrowest(said: Sequence[tuple[int, Mapping[str, str]]]) -> dict[str, str]:
    """Return the first case file's fields, with the narrowest use any of them has."""
    rights = [case["Rights"] for _, case in said if "Rights" in case]
    fields = dict(said[0][1])
    return fields | {"Rights": max(rights, key=access_of)} if rights else fields


def _numbered(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(
        replace(row, fields={**row.fields, "DocOrdinal": str(n)}) for n, row in enumerate(rows, start=1)
    )


def _identity(case: Mapping[str, str]) -> tuple[str, ...]:
    """Return what tells case files apart: the code, else catalogue and notation, else the title."""
    if case.get("FileCode"):
        return (case["FileCode"],)
    if case.get("FileNotation"):
        return (case.get("FileCatalog", ""), case.get("BoxNumber", ""), case["FileNotation"])
    return (case.get("Title", ""),)


def _agreed(
    name: str, said: Sequence[tuple[int, Mapping[str, str]]], findings: list[Finding]
) -> dict[str, str]:
    """Return the case file's fields, each as the first line that has it says."""
    fields: dict[str, tuple[int, str]] = {}
    told: set[str] = set()
    for line, case in said:
        for field, value in case.items():
            at, first = fields.setdefault(field, (line, value))
            if value != first and field not in told:
                told.add(field)
                params = {"field": field, "first": first[:SHOWN], "row": str(at)}
                params |= {"second": value[:SHOWN], "other": str(line)}
                findings.append(Finding("SHEET_ROWS_DISAGREE", name, params))
    return {field: value for field, (_, value) in fields.items()}


def _dated(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields with day, month and year put together: DD/MM/YYYY, or as much of it as is there."""
    whole = {name: value for name, value in fields.items() if "#" not in name}
    for name in DATES:
        day, month, year = (fields.get(f"{name}#{part}", "") for part in PARTS)
        if name in whole or not (day or month or year):
            continue
        if "/" in day and not month and not year:  # one column that holds the whole date
            whole[name] = day
            continue
        parts = [part.zfill(2) if part.isdigit() else part for part in (day, month) if part]
        whole[name] = "/".join([*parts, year] if year else parts)
    return whole
