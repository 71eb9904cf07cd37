"""V09: every field within its type, length and code list; dates real and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from archive.codes.identifiers import is_axis_id
from archive.codes.load import table
from archive.vietnamese import plain
from ingest.checks.case import Case
from ingest.checks.dates import format_date, parse_date
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field, Kind, Need
from ingest.finding import Finding

_DIGITS = re.compile(r"[0-9]+")
_YEARS = re.compile(r"(0?[1-9]|[1-6][0-9]|70) năm")
# Codes stay out of the required list where the archive gives them itself.
_CODES = frozenset({"FileCode", "DocCode"})
_SHOWN = 60  # characters of a wrong value that a message repeats


def check(case: Case) -> Iterator[Finding]:
    """Yield what is wrong in the description of the case file and of each document (Phụ lục I)."""
    yield from _fields(case, FILE_FIELDS, case.fields, 0)
    for document in case.documents:
        yield from _fields(case, DOCUMENT_FIELDS, document.fields, document.ordinal)
    yield from _dates(case)


def _fields(
    case: Case, rows: tuple[Field, ...], values: Mapping[str, str], document: int
) -> Iterator[Finding]:
    for row in rows:
        value = values.get(row.short, "")
        place = _place(document, row.short)
        named = {"field": row.short, "name": row.name_vi}
        if not value:
            if row.need is Need.FREE or (case.profile.codes_assigned and row.short in _CODES):
                continue
            code = "V09_REQUIRED" if row.need is Need.REQUIRED else "V09_ADVISED"
            yield Finding(code, place, named, document)
            continue
        if row.kind is Kind.DATE:
            if parse_date(value) is None:
                yield Finding("V09_DATE", place, named | {"value": value[:_SHOWN]}, document)
            continue
        if row.kind is Kind.NUMBER and not _DIGITS.fullmatch(value):
            yield Finding("V09_NUMBER", place, named | {"value": value[:_SHOWN]}, document)
            continue
        longest = row.longest(case.standard)
        if row.short == "DocCode" and is_axis_id(value):
            # The axis's own id is longer than the 25 characters of TT 02/2019, and the sender cannot shorten what
            # another agency gave (our reading).
            longest = row.length_05
        # TT 05/2025 bounds the code that was sent, not the words the reader put in its place.
        length = len(values.get(f"{row.short}.code", value))
        if longest and length > longest:
            params = named | {"length": str(length), "longest": str(longest)}
            yield Finding("V09_LENGTH", place, params, document)
            continue
        yield from _codes(case, row, value, place, document)


def _codes(case: Case, row: Field, value: str, place: str, document: int) -> Iterator[Finding]:
    """Yield values that are on no code list.

    TT 02/2019 has no numeric lists, so a strange text is only a warning; TT 05/2025 fixes two-digit codes.
    """
    if not row.codes:
        return
    for one in (part.strip() for part in (value.split(";") if row.several else [value])):
        if (
            not one
            or table(row.codes).find(one)
            or (row.codes == "maintenance" and _YEARS.fullmatch(plain(one)))
        ):
            continue
        params = {"field": row.short, "name": row.name_vi, "value": one[:_SHOWN]}
        wrong = case.standard == "TT05" and _DIGITS.fullmatch(one) is not None
        yield Finding("V09_CODE" if wrong else "V09_UNUSUAL", place, params, document)


def _dates(case: Case) -> Iterator[Finding]:
    start, end = case.start, case.end
    if start and end and start > end:
        params = {"start": format_date(start), "end": format_date(end)}
        yield Finding("V09_ORDER", _place(0, "StartDate"), params)
    yield from _future(case, "EndDate", "Thời gian kết thúc", case.get("EndDate"), 0)
    for document in case.documents:
        text = document.get("IssuedDate")
        yield from _future(case, "IssuedDate", "Ngày, tháng, năm văn bản", text, document.ordinal)
        issued = parse_date(text)
        if issued and issued <= case.today and start and end and start <= end and not start <= issued <= end:
            params = {"issued": format_date(issued), "start": format_date(start), "end": format_date(end)}
            yield Finding("V09_RANGE", document.place("IssuedDate"), params, document.ordinal)


def _future(case: Case, field: str, name: str, text: str, document: int) -> Iterator[Finding]:
    day = parse_date(text)
    if day and day > case.today:
        params = {"field": field, "name": name, "value": format_date(day), "today": format_date(case.today)}
        yield Finding("V09_FUTURE", _place(document, field), params, document)


def _place(document: int, field: str) -> str:
    return f"document {document} / {field}" if document else f"case file / {field}"
