"""The description form of an assembled case file: which fields it asks for, what it suggests, what was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.codes.load import table
from archive.register.messages import ReceivedMessage
from ingest.checks.dates import format_date
from ingest.checks.fields import FILE_FIELDS, Field, Kind, Need
from portal.days import day_typed

ALWAYS = (
    "FileCode",
    "Title",
    "Maintenance",
    "Rights",
    "StartDate",
    "EndDate",
    "Language",
    "ConfidenceLevel",
    "Format",
)
"""Asked for in this order; the count of documents is ours to make."""
COUNTED = "TotalDoc"
NEVER_CHOSEN = ("use-mode", "03")  # the use mode of state secrets, which never enter this system


@dataclass(frozen=True)
class Asked:
    """One field of the form.

    Attributes:
        options: what the code list has, for choosing; any other text may be written.
        errors: what is wrong with it, in the reader's language.
    """

    name: str
    label: str
    required: bool
    is_date: bool
    longest: int
    value: str
    options: tuple[str, ...]
    errors: tuple[str, ...]


def fields_of(
    values: Mapping[str, str], errors: Mapping[str, Sequence[str]]
) -> tuple[list[Asked], list[Asked]]:
    """Return the fields that are always shown, and those behind "more"; with what was written and what is wrong."""
    by_name = {row.short: row for row in FILE_FIELDS}
    first = [_asked(by_name[name], values, errors) for name in ALWAYS if name in by_name]
    required = [
        row for row in FILE_FIELDS if row.need is Need.REQUIRED and row.short not in (*ALWAYS, COUNTED)
    ]
    first += [_asked(row, values, errors) for row in required]
    shown = {one.name for one in first} | {COUNTED}
    return first, [_asked(row, values, errors) for row in FILE_FIELDS if row.short not in shown]


def _asked(row: Field, values: Mapping[str, str], errors: Mapping[str, Sequence[str]]) -> Asked:
    return Asked(
        name=row.short,
        label=row.name_vi,
        required=row.need is Need.REQUIRED,
        is_date=row.kind is Kind.DATE,
        longest=max(row.length, row.length_05) or 4000,
        value=values.get(row.short, ""),
        options=choices(row),
        errors=tuple(errors.get(row.short, ())),
    )


def choices(row: Field) -> tuple[str, ...]:
    """Return what may be chosen for a field that has a code list; nothing for free text."""
    if not row.codes:
        return ()
    return tuple(one.name for one in table(row.codes).entries if (row.codes, one.code) != NEVER_CHOSEN)


def suggested(chosen: Iterable[ReceivedMessage]) -> dict[str, str]:
    """Return what the chosen documents say of their case file: first and last day; and how born-digital ones are."""
    days = sorted(one.issued_on for one in chosen if one.issued_on)
    said = {"Language": "Tiếng Việt", "ConfidenceLevel": "Gốc điện tử"}
    return said | ({"StartDate": format_date(days[0]), "EndDate": format_date(days[-1])} if days else {})


def from_input(value: str) -> str:
    """Return a typed day as descriptions write it; anything else stays, so that it is found wrong."""
    day = day_typed(value)
    return format_date(day) if day else value
