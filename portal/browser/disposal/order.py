"""One destruction order: its list, its approvals, what speaks against it, the acts, the certificate.

Shown as it is here when it was made before there was a procedure; a list with one has its own page (`procedure/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kombu.exceptions import OperationalError
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from sqlalchemy import select
from zExceptions import NotFound

from archive import queue
from archive.order_check import reasons_against
from archive.reason import Reason
from archive.register.decisions import Order, OrderItem, OrderKind, OrderState, Receipt
from archive.register.models import Agency, CaseFile
from archive.register.session import reading
from archive.viewer import Role, roles_as_json
from portal.browser.disposal.due import SEES
from portal.browser.disposal.next_step import next_step, why_not
from portal.browser.disposal.outcomes import outcome
from portal.browser.disposal.papers import Shown, paper_of, shown
from portal.browser.order_page import BEGUN, OrderPage
from portal.disposal_lists import name_of
from portal.i18n import _
from portal.papers import is_behind, mirror_order
from portal.register import joined
from portal.sending import disposition
from retention import destruction, old_lists
from retention.certificate import certificate


class OrderScreen(OrderPage):
    """`tieu-huy/<id>`; below it `tien-do` (JSON), `bien-ban` (the certificate) and its other papers by name (PDF/A)."""

    depth: ClassVar[int] = 2
    acts: ClassVar[Mapping[str, str]] = {
        "refuse": "refuse",
        "execute": "execute",
        "mirror": "mirror",
    }
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"sort"})

    receipts_card = ViewPageTemplateFile("receipts.pt")

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tieu-huy/{self.path[0]}" if self.path else f"{self.root}/tieu-huy"

    def prepare(self) -> Any:
        """Read the order; answer progress or certificate when asked for them."""
        order = self.session.get(Order, self.path[0]) if self.path else None
        if order is None or order.kind != OrderKind.DESTRUCTION:
            raise NotFound("which order?")
        if not any(self.viewer.has(role, order.agency_code) for role in SEES):
            raise NotFound(self.path[0])
        self.order = order
        if self.path[1:] == ("tien-do",):
            return self.progress()
        if self.path[1:] == ("bien-ban",):
            return self._certificate()
        if self.path[1:]:
            return self._paper_file(self.path[1])
        self.list_name = name_of(self.session, order)
        self.agency = self.session.get(Agency, order.agency_code)
        # Asked of the database and not as a list of values: a list may be longer than it takes values.
        self.named = select(OrderItem.case_file_id).where(OrderItem.order_id == order.id)
        self.files = {
            file.id: file
            for file in self.session.scalars(select(CaseFile).where(CaseFile.id.in_(self.named)))
        }
        self.receipts = list(
            self.session.scalars(
                select(Receipt)
                .where(Receipt.order_id == order.id)
                .order_by(Receipt.case_file_id, Receipt.holder)
            )
        )
        self.sort = self.text("sort", 12) or "code"
        self.step = next_step(order)
        self.against: tuple[Reason, ...] = ()
        if order.state in (OrderState.APPROVED, OrderState.EXECUTING):
            self.against = reasons_against(self.session, order, now=self.now)
        return None

    @property
    def ended(self) -> int:
        """Return how many case files have come to an end."""
        return sum(item.outcome not in ("", "erasing") for item in self.order.items)

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        if self.order.state == OrderState.APPROVED:
            return self.t(_("Sent to the machine; it begins as soon as it is free."))
        done, total = self.ended, len(self.order.items)
        return self.t(_("${done} of ${total} case files", mapping={"done": done, "total": total}))

    def papers(self) -> list[Shown]:
        """Return the papers the machine made of the destruction."""
        return shown(self.session, self.order.id)

    def _certificate(self) -> bytes:
        content = certificate(self.session, self.order.id)
        return self._pdf(content, f"bien-ban-huy-{self.order.document_number}.pdf")

    def _paper_file(self, filename: str) -> bytes:
        content = paper_of(self.session, self.order.id, filename)
        if content is None:
            raise NotFound(filename)
        return self._pdf(content, f"{self.order.document_number}-{filename}")

    def _pdf(self, content: bytes, name: str) -> bytes:
        self.request.response.setHeader("Content-Type", "application/pdf")
        self.request.response.setHeader("Content-Disposition", disposition(name, inline=False))
        return content

    def dossier(self) -> str:
        """Return the address of the list's paper, empty when it was not mirrored yet or may not be seen."""
        folder = api.portal.get()["danh-muc-huy"]
        if self.order.id not in folder.objectIds():
            return ""
        paper = folder[self.order.id]
        return str(paper.absolute_url()) if api.user.has_permission("View", obj=paper) else ""

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
            file = self.files.get(item.case_file_id)
            if file is None:
                return (2, "")
            value = {
                "last-day": file.last_day,
                "end-date": file.end_date,
                "title": self.item_title(item),
            }.get(column, file.code)
            return (0, value, file.code) if value is not None else (1, file.code)

        return sorted(self.order.items, key=key, reverse=self.sort.startswith("-"))

    def _has(self, role: Role) -> bool:
        return self._of(self.order, role)

    def _of(self, order: Order, role: Role) -> bool:
        return self.viewer.has(role, order.agency_code)

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

    def may_mirror(self) -> bool:
        """Say whether the dossier's paper lags behind what a worker did, and this person may bring it up."""
        mine = self._has(Role.ARCHIVIST) or self._has(Role.HEAD)
        return mine and is_behind(api.portal.get(), self.order)

    def outcome(self, item: Any) -> dict[str, str]:
        """Return label and tone of an item's outcome."""
        return outcome(item.outcome, self.t)

    def item_address(self, item: Any) -> str:
        """Return where an item's case file or tombstone is shown to this person."""
        screen = "ho-so" if self.may("Tang Thu: Read records") else "bia-mo"
        return f"{self.root}/{screen}/{item.case_file_id}"

    def item_title(self, item: Any) -> str:
        """Return the title of an item's case file, as far as this person may read it."""
        file = self.files.get(item.case_file_id)
        if file is None:
            return str(item.case_file_id)
        if not self.viewer.may_read(file.agency_code, file.access):
            return str(file.code)
        return str(file.title or file.code)

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
        """Have a worker destroy what the order names; held case files stay. The vault asks everything again."""
        self.ask_password()
        viewer = self.viewer
        with reading() as session:
            destruction.check(session, self.path[0], viewer=viewer, now=self.now)
        try:
            queue.send("retention.tasks.execute", self.path[0], viewer.name, roles_as_json(viewer))
        except OperationalError:
            self.say(_("The queue does not answer. Nothing was destroyed; try again later."), "error")
            return self.here
        self.say(_("The destruction has begun. This page shows how far it is."))
        return f"{self.here}?{BEGUN}=1"

    def mirror(self) -> None:
        """Bring the dossier's paper up to what a worker did: workers write no papers, and a GET writes nothing."""
        with reading() as session:
            order = session.get(Order, self.path[0])
            if order is None or not (self._of(order, Role.ARCHIVIST) or self._of(order, Role.HEAD)):
                raise NotFound(self.path[0])
            mirror_order(api.portal.get(), session, order.id)
        self.say(_("The dossier says now that the list was carried out."))
