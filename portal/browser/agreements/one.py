"""`thoa-thuan/<id>`: one version, its terms, who signed and who decided; approve, refuse, take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from zExceptions import NotFound

from archive.register.agreements import Agreement, AgreementState
from archive.register.models import Agency
from archive.versioned import LONGEST_REMARK
from archive.viewer import Role, same_person
from ingest.agreements import versions
from ingest.agreements.terms import Terms
from portal.browser.agreements.words import STATES, TONES, terms_told
from portal.browser.beside import BesideScreen
from portal.i18n import _
from portal.register import joined


class AgreementScreen(BesideScreen):
    """One version; a refused act shows the page again with what was written."""

    depth: ClassVar[int] = 1
    acts: ClassVar[Mapping[str, str]] = {"approve": "approve", "refuse": "refuse"}

    @property
    def written(self) -> str:
        """Return the remark that came with a refused act."""
        return self.given("remark", most=LONGEST_REMARK)

    @property
    def here(self) -> str:
        """Return the public address."""
        return "/".join([f"{self.root}/thoa-thuan", *self.path])

    def prepare(self) -> Any:
        """Read the version, its agency's others, and what this person may do."""
        if not self.path:
            raise NotFound("which agreement?")
        self.row: Agreement = versions.one(self.session, self.path[0], viewer=self.viewer)
        agency = self.session.get_one(Agency, self.row.agency_code)
        self.agency_name = agency.name
        holds = versions.in_force(self.session, agency.code, self.today)
        self.in_force = holds is not None and holds.id == self.row.id
        self.others = [
            other
            for other in versions.listing(self.session, viewer=self.viewer, agency=agency.code)
            if other.id != self.row.id
        ]
        self.terms = terms_told(Terms.model_validate(self.row.terms))
        self.may_approve = versions.may_approve(self.row, self.viewer) is not None
        self.may_refuse = versions.may_refuse(self.row, self.viewer) is not None
        self.own = same_person(self.row.proposed_by, self.viewer.name)
        self.waits = self.row.state == AgreementState.PROPOSED
        waiting = any(one.state == AgreementState.PROPOSED for one in (self.row, *self.others))
        self.may_propose = self.viewer.has(Role.ARCHIVIST, agency.code) and not waiting
        self.inside = Terms.model_validate(self.row.terms).reaches_inside

    def state(self, row: Agreement) -> str:
        """Return a version's state in words."""
        return self.t(STATES.get(AgreementState(row.state), row.state))

    def pill(self, row: Agreement) -> str:
        """Return the tone of a version's state."""
        return TONES[AgreementState(row.state)]

    def said(self, words: Any) -> str:
        """Return a message in the reader's language; a text stays as it is."""
        return self.t(words)

    def approve(self) -> None:
        """Put it in force."""
        with joined() as session:
            row = versions.approve(session, self.path[0], viewer=self.viewer, now=self.now)
            day = self.day(row.valid_from)
        self.say(_("Approved. It holds from ${day} on.", mapping={"day": day}))

    def refuse(self) -> None:
        """Refuse it, or take back one's own."""
        with joined() as session:
            versions.refuse(session, self.path[0], viewer=self.viewer, remark=self.written, now=self.now)
        self.say(_("Refused. What held before still holds."))
