"""A plain ZIP with a spreadsheet: one case file, a row for each document, the files beside it.

The spreadsheet is XLSX or CSV (`sheet_xlsx`, `sheet_csv`), its columns are those of `sheet_columns`. No law has this
format; it is how digitisation is delivered in practice. What the sheet does not say and we take from elsewhere
(DERIVED) is told in a warning, so an archivist looks at it:

- the file code, when there is no column for it: what all file names begin with (TT 02/2019 Điều 6.1.e names a file by
  file code and ordinal), else agency, year and notation joined by dots;
- the ordinal of a document, when there is no column for it: the order of the rows;
- the totals, when there is no column for them: counted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.delivery import DeliveredDocument, Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway.member_names import folded
from ingest.readers.interface import Context, Opened, Reader
from ingest.readers.sheet_columns import Header
from ingest.readers.sheet_csv import read_csv
from ingest.readers.sheet_grid import Grid
from ingest.readers.sheet_rows import Row, Sheet, header_of, sheet_of
from ingest.readers.sheet_xlsx import read_xlsx

KIND = "ZIP+bang-ke"
READ = (".xlsx", ".csv")
NOT_READ = (".xls", ".xlsm", ".xlsb", ".ods")
DEEPEST = 8
"""Parts at the end of a path that are compared."""
MOST_TRIED = 20
"""Spreadsheets that are looked at for a header; others are documents."""
# The cover and the document list of the case file itself, as seen in practice; they are kept beside the documents.
_OF_THE_CASE = re.compile(r"(?:bia_?ho_?so|mlvb)[0-9_]*\.pdf", re.I)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class _Found:
    member: str
    grid: Grid
    position: int
    header: Header


def fits(opened: Opened) -> bool:
    """Return whether there is a spreadsheet and something beside it."""
    return len(opened.members) > 1 and any(
        name.casefold().endswith((*READ, *NOT_READ)) for name in opened.members
    )


def read(opened: Opened, context: Context) -> Delivery:
    """Return the case file the spreadsheet describes.

    Raises:
        UnreadableDeliveryError: no spreadsheet that describes one case file (SHEET_NONE, SHEET_SEVERAL,
            SHEET_FORMAT, SHEET_SEVERAL_CASES, SHEET_NO_ROWS), or none that can be read (codes of `sheet_xlsx`,
            `sheet_csv`).
    """
    found = _the_sheet(opened, context)
    sheet = sheet_of(found.grid, found.position, found.header)
    findings = list(sheet.findings)
    claimed: dict[str, int] = {}
    members = Members(opened.members, posixpath.dirname(found.member))
    documents = [
        _document(opened, members, ordinal, row, claimed, sheet, findings)
        for ordinal, row in enumerate(sheet.rows, 1)
    ]
    fields, derived = _completed(sheet, documents, context.agency_code)
    if derived:
        findings.append(Finding("SHEET_DERIVED", sheet.name, {"fields": ", ".join(derived)}))
    loose = [
        name
        for name in opened.members
        if name not in claimed
        and name != found.member
        and not _OF_THE_CASE.fullmatch(posixpath.basename(name))
    ]
    findings += [Finding("SIP_FILE_NO_DOC", posixpath.basename(name), {"path": name}) for name in loose]
    return Delivery(
        standard="TT02",
        objid="",
        record_status="NEW",
        agreement="",
        sender_code=context.agency_code,
        fields=fields,
        documents=tuple(documents),
        sources=tuple(opened.delivered(name) for name in opened.members if name not in claimed),
        findings=tuple(findings),
        kind=KIND,
    )


def _the_sheet(opened: Opened, context: Context) -> _Found:
    """Return the one spreadsheet whose header is that of a case file; those highest up are asked first."""
    tried = sorted(
        (name for name in opened.members if name.casefold().endswith(READ)),
        key=lambda name: (name.count("/"), name),
    )[:MOST_TRIED]
    found: list[_Found] = []
    unreadable: list[UnreadableDeliveryError] = []
    for name in tried:
        if found and name.count("/") > found[0].member.count("/"):
            break
        try:
            grids = _grids(opened, name, context)
        except UnreadableDeliveryError as error:
            unreadable.append(error)
            continue
        for grid in grids:
            if (header := header_of(grid.lines)) is not None:
                found.append(_Found(name, grid, *header))
    if len(found) == 1:
        return found[0]
    if found:
        raise UnreadableDeliveryError(
            "SHEET_SEVERAL", opened.place, ", ".join(one.grid.name for one in found[:5])
        )
    if unreadable:
        raise unreadable[0]
    if not tried:
        raise UnreadableDeliveryError("SHEET_FORMAT", opened.place, ", ".join(NOT_READ))
    raise UnreadableDeliveryError("SHEET_NONE", opened.place, ", ".join(tried[:5]))


def _grids(opened: Opened, name: str, context: Context) -> list[Grid]:
    path = opened.members[name].path
    if name.casefold().endswith(".csv"):
        return [read_csv(path, name, context.limits)]
    return read_xlsx(
        path, name, context.limits, opened.into, wanted=lambda lines: header_of(lines) is not None
    )


def _document(
    opened: Opened,
    members: Members,
    ordinal: int,
    row: Row,
    claimed: dict[str, int],
    sheet: Sheet,
    findings: list[Finding],
) -> DeliveredDocument:
    files = []
    for said in row.files:
        found_here = members.fitting(said)
        params = {"row": str(row.line), "file": said[:200]}
        if len(found_here) != 1:
            code = "SHEET_FILE_MISSING" if not found_here else "SHEET_FILE_UNCLEAR"
            findings.append(Finding(code, sheet.name, params, ordinal))
        elif found_here[0] in claimed:
            params["other"] = str(claimed[found_here[0]])
            findings.append(Finding("SHEET_FILE_TWICE", sheet.name, params, ordinal))
        else:
            claimed[found_here[0]] = row.line
            files.append(opened.delivered(found_here[0], called=posixpath.basename(found_here[0])))
    if not row.files:
        findings.append(Finding("SIP_DOC_NO_FILE", f"{sheet.name} {row.line}", {}, ordinal))
    fields = {"DocOrdinal": str(ordinal), **row.fields}
    return DeliveredDocument(f"{sheet.name} {row.line}", fields, tuple(files))


class Members:
    """Members of a delivery, findable by what a cell says of them."""

    def __init__(self, names: Iterable[str], folder: str) -> None:
        """Prepare; `folder` is the one the spreadsheet lies in."""
        self._folder = folded(folder)
        self._by_path = {folded(name): name for name in names}
        self._by_tail: dict[str, list[str]] = {}
        for path, name in self._by_path.items():
            for tail in _tails(path):
                known = self._by_tail.setdefault(tail, [])
                if len(known) < 2:  # two are enough to know that it is unclear
                    known.append(name)

    def fitting(self, said: str) -> list[str]:
        """Return the members a cell may mean: the very path, else those that end with as much of it as any does.

        Sheets hold paths of the machine they were made on (`D:\\quet\\hoso01\\001.pdf`); the end is what counts.
        """
        wanted = folded(said.replace("\\", "/").removeprefix("./").strip("/"))
        for one in (wanted, f"{self._folder}/{wanted}"):
            if one in self._by_path:
                return [self._by_path[one]]
        return next((self._by_tail[tail] for tail in _tails(wanted) if tail in self._by_tail), [])


def _tails(path: str) -> list[str]:
    """Return the ends of a path, the longest first, at most `DEEPEST` parts."""
    parts = path.split("/")[-DEEPEST:]
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _completed(
    sheet: Sheet, documents: Sequence[DeliveredDocument], agency_code: str
) -> tuple[dict[str, str], list[str]]:
    """Return the case file's fields with what can be told without the sheet, and which those are."""
    fields = dict(sheet.fields)
    catalogue = fields.get("FileCatalog", "")
    if catalogue and not _YEAR.fullmatch(catalogue):
        fields["Catalogue"] = fields.pop(
            "FileCatalog"
        )  # "Mục lục số": a number, where the table has a year as well
    derived = []
    if not fields.get("FileCode") and (code := _file_code(fields, documents, agency_code)):
        fields["FileCode"] = code
        derived.append("FileCode")
    if not fields.get("TotalDoc"):
        fields["TotalDoc"] = str(len(documents))
        derived.append("TotalDoc")
    if not all("DocOrdinal" in row.fields for row in sheet.rows):
        derived.append("DocOrdinal")
    return fields, derived


def _file_code(fields: Mapping[str, str], documents: Sequence[DeliveredDocument], agency_code: str) -> str:
    stems = [document.files[0].name.rpartition(".")[0] for document in documents if document.files]
    heads = {head for head, dot, tail in (stem.rpartition(".") for stem in stems) if tail.isdigit()}
    if len(heads) == 1 and len(stems) == len(documents) and "." in (head := heads.pop()):
        return head
    year = fields.get("FileCatalog", "") or fields.get("StartDate", "")[-4:]
    notation = fields.get("FileNotation", "")
    return (
        ".".join((agency_code, year, notation)) if agency_code and _YEAR.fullmatch(year) and notation else ""
    )


READER = Reader(KIND, fits, read)
