"""`tiep-nhan/gom`: the documents that came alone and wait; an archivist makes a case file of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from archive.errors import TangThuError
from archive.viewer import Role
from ingest.checks.catalogue import explain
from ingest.gathering import waiting
from ingest.gathering.assembly import PLACE, DescriptionError, assemble
from portal.browser.beside import BesideScreen
from portal.browser.gathering.form import Asked, fields_of, from_input, suggested
from portal.browser.screen import SHOW, Pages
from portal.days import day_typed
from portal.i18n import _
from portal.register import joined

SIZE = 100


class WaitingScreen(BesideScreen):
    """The list with its filter; below it, once documents are chosen, the form that describes their case file."""

    filters: ClassVar[frozenset[str]] = frozenset({"agency", "text", "after", "before"})
    acts: ClassVar[Mapping[str, str]] = {"describe": "describe", "assemble": "assemble"}
    written: Mapping[str, str] | None = None
    errors: Mapping[str, Sequence[str]] = {}

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tiep-nhan/gom"

    def prepare(self) -> Any:
        """Read one page of the list, and the documents that were chosen."""
        self.agency = self.text("agency", 35)
        self.listing = waiting.listing(
            self.session,
            viewer=self.viewer,
            agency=self.agency,
            text=self.text("text", 100),
            after=day_typed(self.text("after", 10)),
            before=day_typed(self.text("before", 10)),
            page=self.number("page", 1),
            size=SIZE,
        )
        self.pages = Pages(self.listing.total, self.listing.page, self.listing.size)
        self.names = {
            code: name for code, name in self.agency_names().items() if code in self.listing.agencies
        }
        self.chosen = waiting.named(self.session, self._ids(), viewer=self.viewer)
        if self._ids() and not self.chosen:
            self.trouble = self.trouble or self.t(_("The chosen documents do not wait any more."))

    @property
    def may_assemble(self) -> bool:
        """Say whether this person may make a case file of what is shown; the act asks again."""
        return any(self.viewer.has(Role.ARCHIVIST, code) for code in self.listing.agencies)

    @property
    def is_chosen(self) -> frozenset[str]:
        """Return the ids of the chosen documents."""
        return frozenset(one.submission.id for one in self.chosen)

    def form(self) -> tuple[list[Asked], list[Asked]]:
        """Return the fields of the description, filled with what was written or is suggested."""
        values = self.written if self.written is not None else suggested(one.said for one in self.chosen)
        return fields_of(values, self.errors)

    def _ids(self) -> list[str]:
        given = self.request.form.get("document", [])
        return [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]

    def describe(self) -> object:
        """Show the form that describes a case file of the chosen documents."""
        return SHOW

    def assemble(self) -> str:
        """Make the case file; return its address."""
        first, more = fields_of({}, {})
        self.written = {one.name: self._written(one) for one in (*first, *more) if self._written(one)}
        with joined() as session:
            made = assemble(session, self.viewer, self._ids(), self.written, now=self.now)
            made_id = made.id
        self.say(_("The case file is assembled; it is now checked like any other."))
        return f"{self.root}/tiep-nhan/{made_id}"

    def note(self, error: TangThuError) -> None:
        """Keep what is wrong with the fields beside them, anything else above the form."""
        if isinstance(error, DescriptionError):
            self.errors = self._by_field(error)
        else:
            super().note(error)

    def _written(self, field: Asked) -> str:
        value = self.text(f"field-{field.name}")
        return from_input(value) if field.is_date and value else value

    def _by_field(self, error: DescriptionError) -> dict[str, list[str]]:
        by_field: dict[str, list[str]] = {}
        for finding in error.findings:
            told = explain(finding, self.language)
            by_field.setdefault(finding.place.removeprefix(PLACE), []).append(f"{told.text} {told.remedy}")
        return by_field
