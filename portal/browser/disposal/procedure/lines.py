"""Which case files of a list its page shows: those a filter finds, sorted, one page of them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.procedure.story import Story
from archive.register.models import CaseFile
from archive.vietnamese import fold
from archive.viewer import Viewer

SIZE = 100
"""Case files on one page of a list."""


class Show(StrEnum):
    """What of a list is shown."""

    ALL = ""
    ON = "on"
    OFF = "off"
    HELD = "held"


@dataclass(frozen=True)
class Line:
    """A case file of a list, as the page finds and sorts it.

    Attributes:
        title: what this person may see of it.
        off: it has left the list.
        held: a hold is in force on it, and it is on the list.
    """

    id: str
    code: str
    title: str
    end_date: date | None
    last_day: date | None
    documents: int
    pages: int
    off: bool
    held: bool


def show_of(text: str) -> Show:
    """Return the choice of a form; anything else is all of the list."""
    return Show(text) if text in set(Show) else Show.ALL


def lines_of(
    files: Iterable[CaseFile], held_now: Collection[str], story: Story, viewer: Viewer
) -> list[Line]:
    """Return the lines of a list, as this person may read them."""
    return [
        Line(
            file.id,
            file.code,
            file.title if viewer.may_read(file.agency_code, file.access) else file.code,
            file.end_date,
            file.last_day,
            file.total_docs,
            file.total_pages,
            off=file.id not in story.items,
            held=file.id in held_now,
        )
        for file in files
    ]


def found(lines: Iterable[Line], words: str, show: Show) -> list[Line]:
    """Return the lines whose code or title has all these words, with or without accents."""
    wanted = fold(words).split()
    kinds = {Show.ON: lambda one: not one.off, Show.OFF: lambda one: one.off, Show.HELD: lambda one: one.held}
    fits = kinds.get(show, lambda one: True)

    def has(one: Line) -> bool:
        text = fold(f"{one.code} {one.title}")
        return all(word in text for word in wanted)

    return [one for one in lines if fits(one) and has(one)]


def in_order(lines: Iterable[Line], sort: str) -> list[Line]:
    """Return the lines sorted by a column ("-" before it turns it round); what has no value comes last.

    Args:
        lines: of the list.
        sort: title, end-date, last-day or documents; anything else is by code.
    """
    column = sort.removeprefix("-")

    def value(one: Line) -> str | date | int | None:
        values = {
            "title": one.title,
            "end-date": one.end_date,
            "last-day": one.last_day,
            "documents": one.documents,
        }
        return values.get(column, one.code)

    by_code = sorted(lines, key=lambda one: one.code)
    known = [one for one in by_code if value(one) is not None]
    known.sort(key=value, reverse=sort.startswith("-"))  # type: ignore[arg-type]  # one column, one type
    return [*known, *(one for one in by_code if value(one) is None)]


def cut(lines: Sequence[Line], page: int) -> Sequence[Line]:
    """Return the lines of one page, the first is 1."""
    return lines[(page - 1) * SIZE : page * SIZE]
