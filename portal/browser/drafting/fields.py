"""The form's fields, made of the field tables and code lists: what is asked, how, and what was found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.codes.load import table
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field, Kind, Need
from portal.browser.gathering.form import NEVER_CHOSEN, for_input
from portal.findings import Shown
from portal.i18n import _

CASE_FIRST = (
    "Title",
    "FileCatalog",
    "FileNotation",
    "Maintenance",
    "Rights",
    "StartDate",
    "EndDate",
    "Language",
    "ConfidenceLevel",
)
DOCUMENT_FIRST = ("Subject", "TypeName", "CodeNumber", "CodeNotation", "IssuedDate", "OrganName")
CASE_MADE = frozenset({"TotalDoc"})
DOCUMENT_MADE = frozenset(
    {"DocOrdinal", "FileCode", "Identifier", "OrganId", "FileCatalog", "FileNotation", "ArcDocCode"}
)
"""Fields the form does not ask: they are counted, or said once for the whole case file."""
MADE_OF = frozenset({"FileCatalog", "FileNotation"})
"""What a file code is made of when none is written."""
OPEN_LISTS = frozenset({"Maintenance"})
"""Code lists beside which another text is lawful: a period of years that is on no list."""
AREAS = frozenset({"Title", "Subject", "Description", "Autograph"})

HELP: Mapping[str, Any] = {
    "FileCatalog": _("Four digits, the year the work began."),
    "FileNotation": _("As on the list of case files, e.g. 15.TH."),
    "FileCode": _("Left empty it is made of agency code, year and number."),
    "Maintenance": _("From the list, or a number of years, e.g. 15 năm."),
    "ConfidenceLevel": _("How the documents came to be: made on the computer, or scanned from paper."),
    "Keyword": _("Several are separated by semicolons."),
    "PageAmount": _("Left empty the pages are counted."),
    "Mode": _("Left empty it is that of the case file."),
    "DocCode": _("Left empty it is made of file code and number."),
}


@dataclass(frozen=True)
class Asked:
    """One field of the form.

    Attributes:
        key: its name in the form.
        shape: area, text, number, date, choice, suggest or yes-no.
        options: what may be chosen, or is suggested.
        found: what the last check found wrong with it.
    """

    key: str
    short: str
    label: str
    help: Any
    shape: str
    required: bool
    longest: int
    value: str
    options: tuple[str, ...]
    found: tuple[Shown, ...]

    @property
    def wrong(self) -> bool:
        """Say whether something more than a warning was found."""
        return any(one.severity != "warning" for one in self.found)


Found = Mapping[str, Sequence[Shown]]


def of_case(values: Mapping[str, str], found: Found) -> tuple[list[Asked], list[Asked]]:
    """Return the fields of the case file that are always shown, and those behind "more"."""
    needed = frozenset() if values.get("FileCode") else MADE_OF
    return _asked(FILE_FIELDS, CASE_FIRST, CASE_MADE, "c", values, found, {}, needed)


def of_document(
    document_id: str, values: Mapping[str, str], found: Found, names: Sequence[str]
) -> tuple[list[Asked], list[Asked]]:
    """Return the fields of a document that are always shown, and those behind "more".

    Args:
        names: of organisations that may have issued it.
    """
    suggested = {"OrganName": tuple(names)}
    return _asked(
        DOCUMENT_FIELDS, DOCUMENT_FIRST, DOCUMENT_MADE, f"d-{document_id}", values, found, suggested
    )


def _asked(
    rows: Sequence[Field],
    first: Sequence[str],
    made: frozenset[str],
    prefix: str,
    values: Mapping[str, str],
    found: Found,
    suggested: Mapping[str, tuple[str, ...]],
    needed: frozenset[str] = frozenset(),
) -> tuple[list[Asked], list[Asked]]:
    asked = {
        row.short: _one(row, f"{prefix}-{row.short}", values.get(row.short, ""), found, suggested, needed)
        for row in rows
        if row.short not in made
    }
    return [asked[name] for name in first], [one for name, one in asked.items() if name not in first]


def _one(
    row: Field,
    key: str,
    value: str,
    found: Found,
    suggested: Mapping[str, tuple[str, ...]],
    needed: frozenset[str],
) -> Asked:
    options = suggested.get(row.short, ())
    if row.codes:
        options = tuple(entry.name for entry in table(row.codes).entries if entry.code not in NEVER_CHOSEN)
    shape = _shape(row, bool(options))
    if shape == "choice" and value and value not in options:
        options = (value, *options)  # what was written stays to be seen, and is for the check to judge
    if shape == "date":
        value = for_input(value) or value
    return Asked(
        key=key,
        short=row.short,
        label=row.name_vi,
        help=HELP.get(row.short, ""),
        shape=shape,
        required=row.short in needed or (row.need is Need.REQUIRED and row.short != "FileCode"),
        longest=max(row.length, row.length_05) or 4000,
        value=value,
        options=options,
        found=tuple(found.get(row.short, ())),
    )


def _shape(row: Field, listed: bool) -> str:
    if row.short in AREAS:
        return "area"
    if row.codes:
        return "suggest" if row.short in OPEN_LISTS else "choice"
    if listed:
        return "suggest"
    return {Kind.DATE: "date", Kind.NUMBER: "number", Kind.BOOL: "yes-no"}.get(row.kind, "text")
