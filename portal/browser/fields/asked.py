"""A field of a description's form, made of its row in the field tables and of its code list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.checks.fields import Field, Kind, Need
from portal.browser.gathering.form import choices
from portal.days import day_text
from portal.findings import Shown

OPEN_LISTS = frozenset({"Maintenance"})
"""Code lists beside which another text is lawful: a period of years that is on no list."""
AREAS = frozenset({"Title", "Subject", "Description", "Autograph"})
"""Fields whose text needs several lines."""


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
"""Short name of a field -> what was found wrong with it."""


def asked(
    row: Field,
    key: str,
    value: str,
    found: Found,
    *,
    help: Any = "",
    required: bool = False,
    suggested: Sequence[str] = (),
) -> Asked:
    """Return a field as the form asks it.

    Args:
        row: of the field tables.
        key: its name in the form.
        value: what is written there now.
        found: what was found wrong, by short name.
        help: a line below it.
        required: it must be filled in whatever the table says.
        suggested: texts beside which any other may be written.
    """
    options = choices(row) or tuple(suggested)
    shape = _shape(row, bool(options))
    if shape == "choice" and value and value not in options:
        options = (value, *options)  # what was written stays to be seen, and is for the check to judge
    if shape == "date":
        value = day_text(value) or ""
    return Asked(
        key=key,
        short=row.short,
        label=row.name_vi,
        help=help,
        shape=shape,
        required=required or (row.need is Need.REQUIRED and row.short != "FileCode"),
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
