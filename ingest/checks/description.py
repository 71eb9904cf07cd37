"""V09, V11: every field within its type, length and code list; several values told apart; dates real and in order.

The tables of both circulars are asked whichever the case file's regime is: what TT 02/2019 described may stay so until
it is converted (TT 05/2025/TT-BNV Điều 51, one digest), and an office ahead of time may use the newer names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from archive.codes.identifiers import is_axis_id
from archive.codes.load import CodeTable, table
from archive.vietnamese import plain
from ingest.checks.case import Case, Document
from ingest.checks.dates import format_date, parse_date
from ingest.checks.fields import FILE_FIELDS, FONDS_FIELDS, TABLES, Field, Kind, Need
from ingest.checks.regime import tables_of
from ingest.finding import Finding

_DIGITS = re.compile(r"[0-9]+")
_BOOL = frozenset({"0", "1", "true", "false"})
_YEARS = re.compile(r"(0?[1-9]|[1-6][0-9]|70) năm")
# What people write between values where Điều 5.2 wants a semicolon.
_OTHER_JOINTS = re.compile(r"[,/|\n]")
_FEW = 3  # parts of a text without semicolon from which it is taken for a list: a phrase may hold one comma
# Codes stay out of the required list where the archive gives them itself.
_CODES = frozenset({"FileCode", "DocCode"})
_SHOWN = 60  # characters of a wrong value that a message repeats

BASIS: Mapping[str, str] = {
    "TT02": "TT 02/2019/TT-BNV Phụ lục I (đọc qua phần mềm áp dụng; chưa đối chiếu bản ký)",
    "TT05": "TT 05/2025/TT-BNV Phụ lục III, IV (đọc qua một bản tóm tắt; chưa đối chiếu bản ký)",
}
"""What the tables rest on, as a clause says it."""


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong in the description of the case file and of each document (Phụ lục I)."""
    yield from _table(case, FILE_FIELDS, case.fields, 0)
    for document in case.documents:
        yield from _table(case, TABLES[document.kind], document.fields, document.ordinal)
    yield from _regime(case)
    yield from _dates(case)


def check_fonds(fields: Mapping[str, str], standard: str = "TT02") -> list[Finding]:
    """Return what is wrong in the description of a fonds (phông lưu trữ), by the fonds table of TT 02/2019."""
    return [
        finding
        for row in FONDS_FIELDS
        for finding in _field(row, fields, standard, f"fonds / {row.short}", 0)
    ]


def _table(
    case: Case, rows: tuple[Field, ...], values: Mapping[str, str], document: int
) -> Iterator[Finding]:
    for row in rows:
        if row.short in _CODES and case.profile.codes_assigned and not values.get(row.short):
            continue
        yield from _field(row, values, case.standard, _place(document, row.short), document)
    if case.standard == "TT05":
        yield from _dependent(case, values, document)


def _field(
    row: Field, values: Mapping[str, str], standard: str, place: str, document: int
) -> Iterator[Finding]:
    value = values.get(row.short, "")
    named = {"field": row.short, "name": row.name_vi, "basis": BASIS[standard]}
    if not value:
        if row.need is not Need.FREE:
            code = "V09_REQUIRED" if row.need is Need.REQUIRED else "V09_ADVISED"
            yield Finding(code, place, named, document)
        return
    shown = named | {"value": value[:_SHOWN]}
    kind = row.kind_in(standard)
    if kind is Kind.DATE:
        if parse_date(value) is None:
            yield Finding("V09_DATE", place, shown, document)
    elif kind is Kind.BOOL:
        if value.lower() not in _BOOL:
            yield Finding("V09_BOOL", place, shown, document)
    elif kind is Kind.NUMBER and not _DIGITS.fullmatch(value):
        yield Finding("V09_NUMBER", place, shown, document)
    elif (longest := _longest(row, value, values, standard)) and (length := _length(row, values)) > longest:
        yield Finding("V09_LENGTH", place, named | {"length": str(length), "longest": str(longest)}, document)
    else:
        yield from _values(row, value, standard, place, document, named)


def _longest(row: Field, value: str, values: Mapping[str, str], standard: str) -> int:
    """Return the most characters of a field.

    A document id given by the exchange axis, or made of the file code and an ordinal, is longer than the 25
    characters of the tables, and the sender cannot shorten it: it may be as long as the code of the document
    in the package (our reading).
    """
    if row.short == "DocCode":
        file_code = values.get("FileCode", "")
        if is_axis_id(value) or (file_code and value.startswith(file_code + ".")):
            return _OWN_CODE_LONGEST
    return row.longest(standard)


_OWN_CODE_LONGEST = next(f.length_05 for f in TABLES["document"] if f.short == "ArcDocCode")


def _length(row: Field, values: Mapping[str, str]) -> int:
    # TT 05/2025 bounds the code that was sent, not the words the reader put in its place.
    return len(values.get(f"{row.short}.code", values[row.short]))


def _values(
    row: Field, value: str, standard: str, place: str, document: int, named: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield values that are on no code list, and lists written without semicolons.

    TT 02/2019 has no numeric lists, so a strange text is only a warning; TT 05/2025 fixes two-digit codes.
    """
    codes = table(row.codes) if row.codes else None
    if row.several and ";" not in value and _is_list(value, codes):
        yield Finding("V11", place, dict(named) | {"value": value[:_SHOWN]}, document)
        return
    if codes is None:
        return
    for one in (part.strip() for part in (value.split(";") if row.several else [value])):
        if not one or codes.find(one) or (row.codes == "maintenance" and _YEARS.fullmatch(plain(one))):
            continue
        wrong = standard == "TT05" and _DIGITS.fullmatch(one) is not None
        shown = dict(named) | {"value": one[:_SHOWN]}
        yield Finding("V09_CODE" if wrong else "V09_UNUSUAL", place, shown, document)


def _is_list(value: str, codes: CodeTable | None) -> bool:
    """Return whether a text without semicolon holds several values: each is on the list, or there are many."""
    parts = [part.strip() for part in _OTHER_JOINTS.split(value) if part.strip()]
    if codes is not None:
        return len(parts) > 1 and codes.find(value) is None and all(codes.find(part) for part in parts)
    return len(parts) >= _FEW


def _dependent(case: Case, values: Mapping[str, str], document: int) -> Iterator[Finding]:
    """Fields that TT 05/2025 asks for because of another's value (one digest of the text: a warning)."""
    confidence = table("confidence").code_of(values.get("ConfidenceLevel", ""))
    asked = []
    if values.get("RiskRecovery", "").lower() in ("1", "true"):
        asked.append(("RiskRecoveryStatus", "Tình trạng dự phòng", "riskRecovery = 1"))
    # The SIP reader tells an empty element itself.
    said = {finding.code for finding in case.delivery.findings}
    if not document and confidence == "02" and "SIP_PAPER_CODE" not in said:
        asked.append(("PaperFileCode", "Mã hồ sơ giấy gốc", "confidenceLevel = 02 (số hóa)"))
    if document and confidence == "01" and case.documents[document - 1].kind == "document":
        asked.append(("Process", "Quy trình xử lý", "confidenceLevel = 01 (gốc điện tử)"))
    for name, name_vi, because in asked:
        if not values.get(name):
            params = {"field": name, "name": name_vi, "because": because, "basis": BASIS["TT05"]}
            yield Finding("V09_DEPENDENT", _place(document, name), params, document)


def _regime(case: Case) -> Iterator[Finding]:
    """A case file of the new law described by the old tables: taken, but its system should be upgraded."""
    if case.end and case.standard == "TT02" and tables_of(case.end) == "TT05":
        yield Finding("REGIME_TABLES", "case file", {"end": format_date(case.end)})


def _dates(case: Case) -> Iterator[Finding]:
    start, end = case.start, case.end
    if start and end and start > end:
        params = {"start": format_date(start), "end": format_date(end)}
        yield Finding("V09_ORDER", _place(0, "StartDate"), params)
    yield from _future(case, "EndDate", "Thời gian kết thúc", case.get("EndDate"), 0)
    for document in case.documents:
        yield from _issued(case, document, start, end)


def _issued(case: Case, document: Document, start: date | None, end: date | None) -> Iterator[Finding]:
    field = document.date_field
    name = next(row.name_vi for row in TABLES[document.kind] if row.short == field)
    yield from _future(case, field, name, document.get(field), document.ordinal)
    issued = document.issued
    if issued and issued <= case.today and start and end and start <= end and not start <= issued <= end:
        params = {"issued": format_date(issued), "start": format_date(start), "end": format_date(end)}
        yield Finding("V09_RANGE", document.place(field), params, document.ordinal)


def _future(case: Case, field: str, name: str, text: str, document: int) -> Iterator[Finding]:
    day = parse_date(text)
    if day and day > case.today:
        params = {"field": field, "name": name, "value": format_date(day), "today": format_date(case.today)}
        yield Finding("V09_FUTURE", _place(document, field), params, document)


def _place(document: int, field: str) -> str:
    return f"document {document} / {field}" if document else f"case file / {field}"
