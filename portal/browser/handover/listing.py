"""What waits to be handed over, the hand-overs made of it, and what arrived at the Historical Archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from kombu.exceptions import OperationalError
from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive import queue
from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.among import among
from archive.register.decisions import Order
from archive.register.models import CaseFile
from archive.viewer import Role
from exports import proposal, reception
from exports.progress import DONE, REFUSED, SENT
from exports.proposal import NewHandover
from exports.receipts import KeptReceipt, receipts_of
from exports.settings import ExportsSettings
from exports.waiting import count_waiting, handovers, waiting
from portal.browser.form_fields import MissingError, day_of
from portal.browser.screen import Pages, Screen
from portal.i18n import _
from portal.register import joined

SIZE = 100
ORDERS = 50
ARRIVED = 200
HISTORICAL = frozenset({Role.HISTORICAL})


@dataclass(frozen=True)
class Arrived:
    """A case file that was sent to the Historical Archive.

    Attributes:
        outcome: sent, done or refused.
        receipt: None until it was checked and the receipt read.
    """

    order: Order
    file: CaseFile
    outcome: str
    at: datetime | None
    receipt: KeptReceipt | None


class HandoverScreen(Screen):
    """`ban-giao`; what stands below it in the address is one hand-over."""

    acts: ClassVar[Mapping[str, str]] = {"propose": "propose", "receive": "receive"}
    keeps: ClassVar[bool] = True
    filters: ClassVar[frozenset[str]] = frozenset({"agency", "sort"})

    def publishTraverse(self, request: Any, name: str) -> Any:
        """Hand the address of one hand-over to its own screen."""
        if self.path:
            raise NotFound(name)
        one = api.content.get_view("mot-ban-giao", self.context, request)
        one.path = (name,)
        return one

    def prepare(self) -> Any:
        """Read what waits at one agency, the hand-overs, and what arrived."""
        self.names = self.agency_names()
        self.counts = count_waiting(self.session, viewer=self.viewer)
        wanted = self.text("agency", 35)
        self.agency = wanted if wanted in self.counts else next(iter(sorted(self.counts)), "")
        self.sort = self.text("sort", 12) or "deadline"
        page = self.number("page", 1)
        self.waiting = (
            waiting(
                self.session,
                viewer=self.viewer,
                today=self.today,
                agency=self.agency,
                limit=SIZE,
                offset=(page - 1) * SIZE,
                sort=self.sort,
            )
            if self.agency
            else []
        )
        self.pages = Pages(self.counts.get(self.agency, 0), page, SIZE)
        found = handovers(self.session, viewer=self.viewer, limit=ORDERS + 1)
        self.more_orders = len(found) > ORDERS
        self.orders = found[:ORDERS]
        self.arrived = self._arrived() if self.receives else []

    @property
    def receives(self) -> bool:
        """Say whether this person works at the Historical Archive."""
        return bool(self.viewer.agencies_with(HISTORICAL))

    @property
    def sends(self) -> bool:
        """Say whether this person hands anything over."""
        return bool(self.viewer.agencies_with(frozenset({Role.ARCHIVIST, Role.HEAD})))

    @property
    def may_propose(self) -> bool:
        """Say whether the form is shown; the act checks again."""
        return bool(self.agency) and self.viewer.has(Role.ARCHIVIST, self.agency)

    def columns(self) -> list[tuple[str, Any]]:
        """Return the columns of what waits: what sorts by it, and its title."""
        return [
            ("title", _("Case file")),
            ("end-date", _("Work ended")),
            ("deadline", _("Hand over by")),
            ("documents", _("Documents")),
        ]

    def title(self, file: Any) -> str:
        """Return the title of a case file as far as this person may read it."""
        readable = self.viewer.may_read(file.agency_code, file.access)
        return str(file.title if readable and file.title else file.code)

    def unanswered(self) -> int:
        """Return how many packages lie in the inbox without a receipt."""
        return len(reception.unanswered(ExportsSettings.load().inbox))

    def _arrived(self) -> list[Arrived]:
        found: list[Arrived] = []
        for order in self.orders:
            if not self.viewer.has(Role.HISTORICAL, order.agency_code):
                continue
            items = [item for item in order.items if item.outcome in (SENT, DONE, REFUSED)]
            receipts = receipts_of(self.session, order) if items else {}
            files = {
                file.id: file
                for file in self.session.scalars(
                    select(CaseFile).where(among(CaseFile.id, [item.case_file_id for item in items]))
                )
            }
            found += [
                Arrived(
                    order,
                    files[item.case_file_id],
                    item.outcome,
                    item.outcome_at,
                    receipts.get(item.case_file_id),
                )
                for item in items
                # What was refused before it was sent never arrived.
                if item.outcome != REFUSED or item.case_file_id in receipts
            ]
        return found[:ARRIVED]

    # acts

    def propose(self) -> str:
        """Propose the hand-over of the ticked case files; go to it."""
        if not self.ticked:
            raise MissingError(because("portal.nothing-ticked"))
        new = NewHandover(
            agency_code=self.text("agency", 35),
            case_file_ids=self.ticked,
            reason=self.text("reason"),
            document_number=self.text("number", 200),
            document_date=day_of(self.text("date", 10), latest=self.today),
        )
        with joined() as session:
            order_id = proposal.propose(session, new, viewer=self.viewer, now=self.now).id
        self.say(_("The hand-over is proposed. The head decides next."))
        return f"{self.here}/{order_id}"

    def receive(self) -> str:
        """Have a worker check what lies in the inbox and write receipts."""
        if not self.receives:
            raise NotAllowedError(
                because("archive.role-missing", who=self.viewer.name, role=Role.HISTORICAL, agency="*")
            )
        try:
            queue.send("exports.tasks.receive", self.viewer.name)
        except OperationalError:
            self.say(_("The queue does not answer. Nothing was done; try again later."), "error")
            return self.here
        self.say(_("The packages are being checked. Receipts appear here as soon as they are written."))
        return f"{self.here}?dang-nhan=1"


class ReceptionProgress(Screen):
    """`ban-giao-tien-do`: how many packages are still to be checked, as JSON."""

    def prepare(self) -> str:
        """Answer; only for those who receive."""
        if not self.viewer.agencies_with(HISTORICAL):
            raise NotFound(self.__name__)
        left = len(reception.unanswered(ExportsSettings.load().inbox))
        text = (
            self.t(_("${number} packages are still to be checked", mapping={"number": left}))
            if left
            else self.t(_("All packages are checked"))
        )
        facts = {"running": left > 0, "reload": True, "version": str(left), "text": text}
        return self.answer_json(facts)
