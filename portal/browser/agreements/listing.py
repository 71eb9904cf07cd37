"""`thoa-thuan`: for every agency what holds now, and what waits; below it single versions and the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.agreements import Agreement, AgreementState
from archive.register.models import Agency
from archive.viewer import ALL_AGENCIES, Role
from ingest.agreements import versions
from ingest.agreements.terms import Terms
from portal.browser.agreements.words import WHO
from portal.browser.screen import Screen

NEW = "moi"


@dataclass(frozen=True)
class AgencyRow:
    """One agency's line.

    Attributes:
        holds: the version in force; None: the defaults hold.
        waits: the version that waits for an approval.
        older: how many other versions there are.
    """

    code: str
    name: str
    holds: Agreement | None
    terms: Terms
    waits: Agreement | None
    older: int
    may_propose: bool


class AgreementsScreen(Screen):
    """The agencies this person has a part in, those with something waiting first."""

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one version, or of the form, to its own screen."""
        if self.path:
            raise NotFound(name)
        if name == NEW:
            return api.content.get_view("thoa-thuan-moi", self.context, request)
        one = api.content.get_view("mot-thoa-thuan", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read the agencies and their versions."""
        seen = self.viewer.agencies_with(versions.SEES)
        if not seen:
            raise NotAllowedError(because("archive.no-part", who=self.viewer.name, agency="—"))
        query = select(Agency).order_by(Agency.name)
        if ALL_AGENCIES not in seen:
            query = query.where(Agency.code.in_(seen))
        mine: dict[str, list[Agreement]] = {}
        for row in versions.listing(self.session, viewer=self.viewer):
            mine.setdefault(row.agency_code, []).append(row)
        self.rows = [self._row(agency, mine.get(agency.code, [])) for agency in self.session.scalars(query)]
        self.rows.sort(key=lambda row: row.waits is None)
        self.may_propose = any(row.may_propose for row in self.rows)

    def _row(self, agency: Agency, rows: list[Agreement]) -> AgencyRow:
        holds = versions.in_force(self.session, agency.code, self.today)
        waits = next((row for row in rows if row.state == AgreementState.PROPOSED), None)
        return AgencyRow(
            agency.code,
            agency.name,
            holds,
            versions.agreed_on(self.session, agency.code, self.today).terms,
            waits,
            len(rows) - (holds is not None) - (waits is not None),
            self.viewer.has(Role.ARCHIVIST, agency.code) and waits is None,
        )

    def who(self, word: str) -> str:
        """Return who does something, in words."""
        return self.t(WHO[word])
