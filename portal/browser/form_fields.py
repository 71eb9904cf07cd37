"""The fields a form must have, and what is said beside each that is empty or wrong.

A form that was refused for its fields names every one of them, by its label, above the form and beside the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.errors import TangThuError
from archive.reason import Reason, because
from portal.days import day_typed

CHOSEN = frozenset({"verdict", "receiver", "member", "file", "choice"})
"""Kinds of fields in which something is chosen."""


@dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        label: a message.
        kind: text, long, date (of a document, so not to come), day (any), password, code, verdict, receiver,
            member, choice or file.
    """

    name: str
    label: Any
    kind: str = "text"
    required: bool = True


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field.

    Attributes:
        field: its name, or that of the part of the form it is told beside.
        label: a message; "" when the reason says it all.
        more: words of the register behind the label, such as a case file's code.
    """

    field: str
    label: Any
    why: Reason
    more: str = ""


class MissingError(TangThuError):
    """A field of the form is empty or no date."""


class FormError(TangThuError):
    """Fields of a form are empty or wrong; nothing was done.

    Attributes:
        faults: every one of them.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(because("portal.form-incomplete"))
        self.faults = tuple(faults)


def day_of(text: str, *, latest: date | None = None) -> date:
    """Return the day of a date field.

    Args:
        text: as the form sends it.
        latest: the last day it may be, for the date of a document that is there already.

    Raises:
        MissingError: it is empty, no date, or too late.
    """
    if not text:
        raise MissingError(because("portal.no-date"))
    day = day_typed(text)
    if day is None:
        raise MissingError(because("portal.not-a-day", typed=text))
    if latest is not None and day > latest:
        raise MissingError(because("portal.date-to-come", day=day))
    return day


def faults_in(given: Mapping[str, str], fields: Iterable[Field], *, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the fields of a form. Pure.

    Args:
        given: name of a field -> what was typed or chosen.
        fields: of the form.
        today: in Vietnam.
    """
    for field in fields:
        text = given.get(field.name, "")
        if not text:
            if field.required:
                code = "portal.not-chosen" if field.kind in CHOSEN else "portal.not-filled-in"
                yield Fault(field.name, field.label, because(code))
        elif field.kind in ("date", "day"):
            try:
                day_of(text, latest=today if field.kind == "date" else None)
            except MissingError as error:
                yield Fault(field.name, field.label, error.reason)


def refuse(faults: Iterable[Fault]) -> None:
    """Refuse a form that has faults.

    Raises:
        FormError: with all of them.
    """
    found = tuple(faults)
    if found:
        raise FormError(found)
