"""One destruction order made before there was a procedure: its list, its approvals, what speaks against it, the acts.

A list with a procedure has its own page (`procedure/page.py`); what both show is `one_list.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile

from archive.order_check import reasons_against
from archive.reason import Reason
from archive.register.decisions import OrderState
from archive.viewer import Role
from portal.browser.disposal import carrying_out
from portal.browser.disposal.next_step import next_step, why_not
from portal.browser.disposal.one_list import PROGRESS, OneList
from portal.browser.order_page import OrderPage
from portal.i18n import _
from portal.papers import mirror_order
from portal.register import joined
from retention import old_lists


class OrderScreen(OrderPage):
    """`tieu-huy/<id>`; below it `tien-do` (JSON), `bien-ban` (the certificate) and its other papers by name (PDF/A)."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {"refuse": "refuse", "execute": "execute", "mirror": "mirror"}
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"sort"})

    receipts_card = ViewPageTemplateFile("receipts.pt")

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tieu-huy/{self.path[0]}" if self.path else f"{self.root}/tieu-huy"

    def prepare(self) -> Any:
        """Read the order; answer progress or a paper when asked for them."""
        self.one = OneList(self)
        self.order = self.one.order
        if self.path[1:] == (PROGRESS,):
            return self.progress()
        if self.path[1:]:
            return self.one.answer(self.path[1])
        self.one.read()
        self.sort = self.text("sort", 12) or "code"
        self.step = next_step(self.order)
        self.against: tuple[Reason, ...] = ()
        if self.order.state in (OrderState.APPROVED, OrderState.EXECUTING):
            self.against = reasons_against(self.session, self.order, now=self.now)
        self.receipts = self.one.receipts([item.case_file_id for item in self.items()])
        return None

    @property
    def ended(self) -> int:
        """Return how many case files have come to an end."""
        return self.one.ended

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        return self.one.progress_text()

    # what comes next, and what of it may be done by this person

    def why_not_they(self) -> Any:
        """Return why this person does not take the next step, as a message; None when they may."""
        return why_not(self.order, self.step, self.viewer) if self.step else None

    def columns(self) -> list[tuple[str, Any]]:
        """Return the columns that sort the list."""
        return [("title", _("Case file")), ("end-date", _("Work ended")), ("last-day", _("Kept until"))]

    def items(self) -> list[Any]:
        """Return the case files of the list, sorted as asked for."""
        column = self.sort.removeprefix("-")

        def key(item: Any) -> tuple[Any, ...]:
            file = self.one.files.get(item.case_file_id)
            if file is None:
                return (2, "")
            value = {
                "last-day": file.last_day,
                "end-date": file.end_date,
                "title": self.one.title(item),
            }.get(column, file.code)
            return (0, value, file.code) if value is not None else (1, file.code)

        return sorted(self.order.items, key=key, reverse=self.sort.startswith("-"))

    def _has(self, role: Role) -> bool:
        return self.viewer.has(role, self.order.agency_code)

    def may_refuse(self) -> bool:
        """Say whether this person may give the order up."""
        if self.order.state not in (OrderState.PROPOSED, OrderState.APPROVED):
            return False
        mine = self._has(Role.ARCHIVIST) and self.viewer.name == self.order.proposed_by
        return mine or self._has(Role.COUNCIL) or self._has(Role.HEAD)

    def may_execute(self) -> bool:
        """Say whether this person may carry it out: archivist or head, not who proposed it."""
        ready = self.order.state == OrderState.EXECUTING
        who = self._has(Role.ARCHIVIST) or self._has(Role.HEAD)
        return ready and who and self.viewer.name != self.order.proposed_by

    # acts

    def refuse(self) -> None:
        """Give the order up; its case files are free again."""
        with joined() as session:
            old_lists.give_up(
                session, self.path[0], reason=self.text("reason"), viewer=self.viewer, now=self.now
            )
            mirror_order(api.portal.get(), session, self.path[0])
        self.say(_("The list is given up. Its case files stay."))

    def execute(self) -> str:
        """Have a worker carry on with it."""
        return carrying_out.execute(self)

    def mirror(self) -> None:
        """Bring the dossier's paper up."""
        carrying_out.mirror(self)
