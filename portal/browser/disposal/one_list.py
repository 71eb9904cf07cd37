"""What every page of one destruction shares, however old its list: its facts, its files, what it hands out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive.register.decisions import Order, OrderItem, OrderKind, OrderState, Receipt
from archive.register.disposal import DisposalList
from archive.register.models import Agency, CaseFile
from archive.viewer import Role
from portal.browser.disposal import receipts
from portal.browser.disposal.outcomes import outcome
from portal.browser.disposal.papers import Shown, paper_of, shown
from portal.browser.screen import Screen
from portal.disposal_lists import name_of, outcomes, spared_words, state_tone, state_words
from portal.events import SEES
from portal.i18n import _
from portal.papers import is_behind
from portal.sending import disposition
from retention.applied import applied_to
from retention.certificate import certificate

BY_PERSON = _("set by a person")
CERTIFICATE = "bien-ban"
PROGRESS = "tien-do"


class OneList:
    """A list as its page reads it: a part of the page, not a page.

    Attributes:
        name: what the list is called.
        row: where it is in its procedure; None for one made before there was any.
        named: the ids of all case files it ever named, as a query: it may be longer than the database takes values.
        files: those that are in the register, by id.
    """

    def __init__(self, screen: Screen) -> None:
        """Read the list the address names.

        Raises:
            NotFound: there is none, or it is nobody of this person's business.
        """
        id = screen.path[0] if screen.path else ""
        order = screen.session.get(Order, id)
        if order is None or order.kind != OrderKind.DESTRUCTION:
            raise NotFound("which order?")
        if not any(screen.viewer.has(role, order.agency_code) for role in SEES):
            raise NotFound(id)
        self.screen, self.order = screen, order
        self.row = screen.session.get(DisposalList, order.id)

    def read(self) -> None:
        """Read what the page shows."""
        session, order = self.screen.session, self.order
        self.name = name_of(session, order)
        self.agency = session.get(Agency, order.agency_code)
        self.named = select(OrderItem.case_file_id).where(OrderItem.order_id == order.id)
        named = session.scalars(select(CaseFile).where(CaseFile.id.in_(self.named)))
        self.files = {file.id: file for file in named}

    @property
    def state(self) -> str:
        """Return its state in words."""
        return self.screen.t(state_words(self.order, self.row))

    @property
    def tone(self) -> str:
        """Return the tone of that."""
        return state_tone(self.order, self.row)

    # what it hands out

    def answer(self, part: str) -> bytes:
        """Answer with the certificate or another paper of the destruction, by the last part of its address.

        Raises:
            NotFound: the destruction has no such paper.
        """
        if part == CERTIFICATE:
            content = certificate(self.screen.session, self.order.id)
            return self._pdf(content, f"bien-ban-huy-{self.order.document_number}.pdf")
        found = paper_of(self.screen.session, self.order.id, part)
        if found is None:
            raise NotFound(part)
        return self._pdf(found, f"{self.order.document_number}-{part}")

    def _pdf(self, content: bytes, name: str) -> bytes:
        response = self.screen.request.response
        response.setHeader("Content-Type", "application/pdf")
        response.setHeader("Content-Disposition", disposition(name, inline=False))
        return content

    def papers(self) -> list[Shown]:
        """Return the papers the machine made of the destruction."""
        return shown(self.screen.session, self.order.id)

    def dossier(self) -> str:
        """Return the address of the list's paper, empty when it was not mirrored yet or may not be seen."""
        folder = api.portal.get()["danh-muc-huy"]
        if self.order.id not in folder.objectIds():
            return ""
        paper = folder[self.order.id]
        return str(paper.absolute_url()) if api.user.has_permission("View", obj=paper) else ""

    # how far it is

    @property
    def ended(self) -> int:
        """Return how many case files have come to an end."""
        return sum(item.outcome not in ("", "erasing") for item in self.order.items)

    def progress_text(self) -> str:
        """Return how far the destruction is, in words."""
        t = self.screen.t
        if self.order.state == OrderState.APPROVED:
            return t(_("Sent to the machine; it begins as soon as it is free."))
        done, total = self.ended, len(self.order.items)
        return t(_("${done} of ${total} case files", mapping={"done": done, "total": total}))

    def spared(self) -> str:
        """Return how many were destroyed and how many not, once it was carried out; "" when all were."""
        if self.order.state != OrderState.DONE:
            return ""
        told = spared_words(outcomes(self.screen.session, [self.order.id])[self.order.id])
        return self.screen.t(told) if told else ""

    def receipts(self, ids: Collection[str]) -> list[receipts.OfFile]:
        """Return the receipts of these case files, file by file."""
        return receipts.of_files(self, ids)

    def receipt_words(self, receipt: Receipt) -> dict[str, str]:
        """Return label and tone of what a receipt comes to."""
        told, tone = receipts.words(receipt)
        return {"label": self.screen.t(told), "tone": tone}

    # its case files

    def outcome(self, item: Any) -> dict[str, str]:
        """Return label and tone of an item's outcome."""
        return outcome(item.outcome, self.screen.t)

    def address(self, item: Any) -> str:
        """Return where an item's case file or tombstone is shown to this person."""
        door = "ho-so" if self.screen.may("Tang Thu: Read records") else "bia-mo"
        return f"{self.screen.root}/{door}/{item.case_file_id}"

    def title(self, item: Any) -> str:
        """Return the title of an item's case file, as far as this person may read it."""
        file = self.files.get(item.case_file_id)
        if file is None:
            return str(item.case_file_id)
        if not self.screen.viewer.may_read(file.agency_code, file.access):
            return str(file.code)
        return str(file.title or file.code)

    def code(self, item: Any) -> str:
        """Return the code of an item's case file."""
        file = self.files.get(item.case_file_id)
        return str(file.code) if file is not None else ""

    def period(self, item: Any) -> str:
        """Return the period of an item's case file as it applies now, and that a person set it."""
        file = self.files.get(item.case_file_id)
        if file is None:
            return ""
        period = applied_to(file)
        return f"{period.text} · {self.screen.t(BY_PERSON)}" if period.by_person else period.text

    # its dossier's paper

    def may_mirror(self) -> bool:
        """Say whether the dossier's paper lags behind what a worker did, and this person may bring it up."""
        viewer, agency = self.screen.viewer, self.order.agency_code
        mine = viewer.has(Role.ARCHIVIST, agency) or viewer.has(Role.HEAD, agency)
        return mine and is_behind(api.portal.get(), self.order)
