"""Hold all of an agency or a fonds, or every case file a search found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive.errors import TemporaryError
from archive.register.models import Agency, Fonds
from archive.seen_at import seen_at
from archive.viewer import Role
from portal.browser.form_fields import Field
from portal.browser.holds.form import PLACING, days_of
from portal.browser.screen import Screen
from portal.browser.search import way_back
from portal.browser.search.asked import Asked, asked_in
from portal.i18n import _
from portal.papers import mirror_order
from portal.register import joined
from retention import wide_holds
from retention.wide_holds import Basis, WidePlaced
from search.everything import every_case_file

ARCHIVIST = frozenset({Role.ARCHIVIST})
WHAT = Field("what", _("What is held"), "choice")


class WideHoldScreen(Screen):
    """`giu-nhieu-ho-so`; with a packed search (`?ve=`) it offers to hold what that finds."""

    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"place": "place"}
    filters: ClassVar[frozenset[str]] = frozenset({way_back.NAME})

    def prepare(self) -> Any:
        """Read what may be held, and how many case files the search finds now."""
        if not self.viewer.agencies_with(ARCHIVIST):
            raise NotFound("nothing you may hold")
        agencies = select(Agency).where(seen_at(self.viewer, Agency.code, ARCHIVIST)).order_by(Agency.name)
        fonds = select(Fonds).where(seen_at(self.viewer, Fonds.agency_code, ARCHIVIST)).order_by(Fonds.name)
        self.choices = [
            {"value": f"{kind}:{row.code}", "title": f"{self.t(title)}: {row.name}"}
            for kind, title, rows in (
                ("agency", _("All of the agency"), self.session.scalars(agencies)),
                ("fonds", _("All of the fonds"), self.session.scalars(fonds)),
            )
            for row in rows
        ]
        self.packed = self.text(way_back.NAME, way_back.LONGEST)
        self.asked = self._asked()
        self.found, self.down = 0, ""
        if self.packed:
            try:
                self.found = len(
                    every_case_file(self.asked.words, viewer=self.viewer, filters=self.asked.filters)
                )
            except TemporaryError as error:
                self.down = self.because(error.reason)

    def _asked(self) -> Asked:
        pairs = way_back.unpacked(self.text(way_back.NAME, way_back.LONGEST))
        return asked_in(lambda name, most: pairs.get(name, "")[:most])

    @property
    def results(self) -> str:
        """Return the address of the search's results."""
        return way_back.address(self.root, self.packed)

    # acts

    def place(self) -> str:
        """Place the hold; it takes effect at once."""
        searched = bool(self.text(way_back.NAME, way_back.LONGEST))
        day, until = days_of(self, PLACING if searched else (WHAT, *PLACING))
        basis = Basis(self.text("reason"), self.text("number", 200), day, until)
        with joined() as session:
            placed = self._place(session, basis)
            for one in placed:
                mirror_order(api.portal.get(), session, one.order_id)
        number = self.count(sum(one.case_files for one in placed))
        self.say(_("The hold is in force on ${number} case files.", mapping={"number": number}))
        if late := sum(len(one.too_late) for one in placed):
            said = _(
                "Of ${number} of them the last copy was being erased.", mapping={"number": self.count(late)}
            )
            self.say(said, "warning")
        return f"{self.root}/giu-ho-so"

    def _place(self, session: Any, basis: Basis) -> tuple[WidePlaced, ...]:
        viewer, now = self.viewer, self.now
        if self.text(way_back.NAME, way_back.LONGEST):
            asked = self._asked()
            ids = every_case_file(asked.words, viewer=viewer, filters=asked.filters)
            return wide_holds.place_on_found(session, ids, asked.facts(), basis, viewer=viewer, now=now)
        kind, _colon, code = self.text("what", 80).partition(":")
        if kind == "fonds":
            return (wide_holds.place_on_fonds(session, code, basis, viewer=viewer, now=now),)
        return (wide_holds.place_on_agency(session, code, basis, viewer=viewer, now=now),)
