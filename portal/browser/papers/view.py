"""Papers: one paper with what people wrote and attached, and the list of fonds with what each holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from plone.dexterity.utils import iterSchemata
from sqlalchemy import func, or_, select
from zope.schema import getFieldsInOrder

from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.among import among
from archive.register.decisions import Order
from archive.register.disposal import DisposalList
from archive.register.models import Agency, CaseFile, CaseFileState, Fonds
from archive.viewer import ALL_AGENCIES, OWN_AGENCY
from portal.browser.papers.states import Move, moves, state_title
from portal.browser.screen import Screen
from portal.content.agency import IAgency
from portal.content.disposal_list import IDisposalList
from portal.content.fonds import IFonds
from portal.content.hold import IHold
from portal.disposal_lists import state_words
from portal.i18n import _
from retention.applied import Applied, applied_to

SCREENS = {"DisposalList": ("tieu-huy", "order_id"), "Hold": ("giu-ho-so", "")}
MACHINE = frozenset({"order_id", "order_state", "hold_id", "case_file_id"})
"""Fields that only tie a paper to the register; the page shows what they stand for."""
SCHEMATA = (IAgency, IFonds, IDisposalList, IHold)


class Paper(Screen):
    """Default view of the four types."""

    acts: ClassVar[Mapping[str, str]] = {"push": "push"}

    @property
    def here(self) -> str:
        """Return the paper's own address."""
        return str(self.context.absolute_url())

    def fields(self) -> list[dict[str, Any]]:
        """Return the fields that have a value, in order; files as links."""
        shown = []
        for schema in iterSchemata(self.context):
            if schema not in SCHEMATA:
                continue
            for name, field in getFieldsInOrder(schema):
                value = getattr(self.context, name, None)
                if not value or name in MACHINE:
                    continue
                is_file = hasattr(value, "filename")
                shown.append(
                    {
                        "title": self.t(field.title),
                        "text": value.filename if is_file else self._said(name, str(value)),
                        "link": f"{self.here}/@@download/{name}" if is_file else "",
                    }
                )
        return shown

    def _said(self, name: str, value: str) -> str:
        if name == "regime":
            return self.label("REGIMES", value)
        if name == "agency_code":
            agency = self.session.get(Agency, value)
            return f"{agency.name} ({value})" if agency else value
        return value

    def order(self) -> Order | None:
        """Return the order this dossier is about; None for other papers."""
        return self.session.get(Order, getattr(self.context, "order_id", None) or "")

    def order_state(self) -> str:
        """Return how the order of this dossier stands, in words."""
        order = self.order()
        return self.t(state_words(order, self.session.get(DisposalList, order.id))) if order else ""

    def case_files(self) -> list[CaseFile]:
        """Return the case files of the list, the longest overdue first; people of this agency only see the page."""
        order = self.order()
        ids = [item.case_file_id for item in order.items] if order else []
        query = select(CaseFile).where(among(CaseFile.id, ids)).order_by(CaseFile.last_day, CaseFile.code)
        return list(self.session.scalars(query)) if ids else []

    def title_of(self, file: CaseFile) -> str:
        """Return a case file's title, its code where this person may not read it."""
        readable = self.viewer.may_read(file.agency_code, file.access)
        return str(file.title if readable and file.title else file.code)

    def period(self, file: CaseFile) -> Applied:
        """Return the period that applies to a case file now."""
        return applied_to(file)

    def moves(self) -> list[Move]:
        """Return the steps the paper took, newest first."""
        return moves(self.context)

    def transitions(self) -> list[dict[str, Any]]:
        """Return the steps of the paper's workflow this person may push now."""
        found = api.portal.get_tool("portal_workflow").getTransitionsFor(self.context)
        return [{"id": one["id"], "title": self.t(one["title"])} for one in found]

    def state(self) -> str:
        """Return the title of the paper's state."""
        return self.t(state_title(self.context))

    def push(self) -> None:
        """Take one step of the workflow; its guard is asked by the workflow itself."""
        wanted = self.text("step", 60)
        if wanted not in {one["id"] for one in self.transitions()}:
            raise NotAllowedError(because("portal.step-not-theirs", who=self.viewer.name, step=wanted))
        api.content.transition(self.context, transition=wanted, comment=self.text("comment", 1000))
        self.say(_("The paper is now: ${state}.", mapping={"state": self.state()}))

    def screen(self) -> str:
        """Return the address of the screen where this paper's matter is dealt with."""
        found = SCREENS.get(self.context.portal_type)
        if found is None:
            return ""
        name, attribute = found
        tail = f"/{getattr(self.context, attribute)}" if attribute else ""
        return f"{self.root}/{name}{tail}"


class FondsList(Screen):
    """`phong`: every fonds with its agency and how much of it this person may read."""

    @property
    def here(self) -> str:
        """Return the folder's address."""
        return str(self.context.absolute_url())

    def prepare(self) -> Any:
        """Read fonds and counts."""
        query = select(
            CaseFile.fonds_code,
            func.count(),
            func.sum(CaseFile.total_docs),
            func.min(CaseFile.start_date),
            func.max(CaseFile.end_date),
        ).where(CaseFile.state == CaseFileState.STORED)
        own = self.viewer.agencies_with(OWN_AGENCY)
        if ALL_AGENCIES not in own:
            public = CaseFile.access == "01" if self.viewer.may_read("", "01") else CaseFile.id.in_(())
            query = query.where(or_(CaseFile.agency_code.in_(own), public))
        counts = {row[0]: row[1:] for row in self.session.execute(query.group_by(CaseFile.fonds_code))}
        rows = self.session.execute(
            select(Fonds, Agency).join(Agency, Agency.code == Fonds.agency_code).order_by(Fonds.name)
        )
        papers = set(self.context.objectIds())
        self.rows = []
        for fonds, agency in rows:
            files, documents, first, last = counts.get(fonds.code, (0, 0, None, None))
            years = f"{first.year}–{last.year}" if first and last else "—"
            name = f"fonds-{fonds.code}"
            self.rows.append(
                {
                    "fonds": fonds,
                    "agency": agency,
                    "files": files,
                    "documents": documents or 0,
                    "years": years,
                    "paper": f"{self.here}/{name}" if name in papers else "",
                }
            )
