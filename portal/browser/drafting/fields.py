"""The form's fields, made of the field tables and code lists: what is asked, how, and what was found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field
from portal.browser.fields.asked import Asked, Found, asked
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
    all_ = {
        row.short: asked(
            row,
            f"{prefix}-{row.short}",
            values.get(row.short, ""),
            found,
            help=HELP.get(row.short, ""),
            required=row.short in needed,
            suggested=suggested.get(row.short, ()),
        )
        for row in rows
        if row.short not in made
    }
    return [all_[name] for name in first], [one for name, one in all_.items() if name not in first]
