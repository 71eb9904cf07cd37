"""One hand-over: its list, its approval, how far it is, the receipts, the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kombu.exceptions import OperationalError
from sqlalchemy import select
from zExceptions import NotFound

from archive import orders, queue
from archive.errors import NotAllowedError, OrderRefusedError
from archive.order_check import missing_approvals, reasons_against_order
from archive.reason import because
from archive.register.among import among
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.models import Agency, CaseFile
from archive.register.session import reading
from archive.viewer import Role, roles_as_json
from exports import proposal, reception
from exports.inventory import inventory
from exports.progress import DONE, REFUSED, SENT
from exports.receipts import as_file, receipts_of
from exports.settings import ExportsSettings
from exports.waiting import SEES_HANDOVERS
from portal.browser.handover.next_step import next_step, waits_for_receipts, why_not
from portal.browser.order_page import BEGUN, OrderPage
from portal.i18n import _
from portal.register import joined
from portal.sending import disposition

OUTCOMES = {
    "": _("Not sent yet"),
    SENT: _("Sent, waits for the receipt"),
    DONE: _("Taken in"),
    REFUSED: _("Not handed over"),
}
TONES = {"": "quiet", SENT: "busy", DONE: "ok", REFUSED: "bad"}
MAY_SEND = (Role.ARCHIVIST, Role.HEAD)


class OneHandover(OrderPage):
    """`ban-giao/<id>`; below it `tien-do` (JSON), `muc-luc` (inventory, PDF/A) and `bien-nhan/<case file>` (JSON)."""

    depth: ClassVar[int] = 3
    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {"approve": "approve", "refuse": "refuse", "send": "send"}

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/ban-giao/{self.path[0]}" if self.path else f"{self.root}/ban-giao"

    def prepare(self) -> Any:
        """Read the order; answer progress, inventory or receipt when asked for them."""
        order = self.session.get(Order, self.path[0]) if self.path else None
        if order is None or order.kind != OrderKind.TRANSFER:
            raise NotFound("which hand-over?")
        if not any(self.viewer.has(role, order.agency_code) for role in SEES_HANDOVERS):
            raise NotFound(self.path[0])
        self.order = order
        self.step = next_step(order)
        match self.path[1:]:
            case ("tien-do",):
                return self.progress()
            case ("muc-luc",):
                return self._inventory()
            case ("bien-nhan", case_file_id):
                return self._file(
                    *as_file(self.session, order, case_file_id), "application/json; charset=utf-8"
                )
            case ():
                pass
            case _:
                raise NotFound(self.path[1])
        self.agency = self.session.get(Agency, order.agency_code)
        ids = [item.case_file_id for item in order.items]
        self.files = {
            file.id: file for file in self.session.scalars(select(CaseFile).where(among(CaseFile.id, ids)))
        }
        self.receipts = receipts_of(self.session, order)
        self.missing = missing_approvals(order)
        return None

    # how far it is

    @property
    def ended(self) -> int:
        """Return how many case files are past sending."""
        return sum(item.outcome != "" for item in self.order.items)

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        total = len(self.order.items)
        if self.order.state == OrderState.APPROVED:
            return self.t(_("Given to the machine; it begins as soon as it is free."))
        if self.ended < total:
            return self.t(
                _("${done} of ${total} packages sent", mapping={"done": self.ended, "total": total})
            )
        left = sum(item.outcome == SENT for item in self.order.items)
        return self.t(_("All packages are sent; ${left} receipts are awaited", mapping={"left": left}))

    # what is given out

    def _inventory(self) -> bytes:
        content = inventory(
            self.session,
            self.order.agency_code,
            viewer=self.viewer,
            today=self.today,
            only={item.case_file_id for item in self.order.items},
            maker=self.person(self.order.proposed_by),
        )
        return self._file(f"muc-luc-ho-so-{self.order.document_number}.pdf", content, "application/pdf")

    def _file(self, name: str, content: bytes, media_type: str) -> bytes:
        self.request.response.setHeader("Content-Type", media_type)
        self.request.response.setHeader("Content-Disposition", disposition(name, inline=False))
        return content

    @property
    def may_have_inventory(self) -> bool:
        """Say whether this person may read what the inventory lists."""
        return self.viewer.may_read(self.order.agency_code, "02")

    # what comes next, and what of it may be done by this person

    def why_not_they(self) -> Any:
        """Return why this person does not take the next step, as a message; None when they may."""
        return why_not(self.order, self.step, self.viewer) if self.step else None

    def _mine(self) -> bool:
        return self.step is not None and self.why_not_they() is None

    def may_approve(self) -> bool:
        """Say whether the head's yes is wanted from this person."""
        return self.order.state == OrderState.PROPOSED and self._mine()

    def may_send(self) -> bool:
        """Say whether this person may have the packages sent, or sent on."""
        ready = self.order.state in (OrderState.APPROVED, OrderState.EXECUTING)
        left = any(item.outcome == "" for item in self.order.items)
        return ready and left and any(self.viewer.has(role, self.order.agency_code) for role in MAY_SEND)

    def may_refuse(self) -> bool:
        """Say whether this person may end it."""
        if self.order.state not in (OrderState.PROPOSED, OrderState.APPROVED):
            return False
        mine = self.viewer.has(Role.ARCHIVIST, self.order.agency_code)
        return self.viewer.has(Role.HEAD, self.order.agency_code) or (
            mine and self.viewer.name == self.order.proposed_by
        )

    def may_receive(self) -> bool:
        """Say whether this person checks what arrived."""
        waits = waits_for_receipts(self.order) and self.viewer.has(Role.HISTORICAL, self.order.agency_code)
        return waits and bool(reception.unanswered(ExportsSettings.load().inbox))

    def items(self) -> list[Any]:
        """Return the case files of the list, by code."""
        return sorted(
            self.order.items,
            key=lambda item: self.files[item.case_file_id].code if item.case_file_id in self.files else "",
        )

    def outcome(self, item: Any) -> dict[str, str]:
        """Return label and tone of an item's outcome."""
        label = OUTCOMES.get(item.outcome, item.outcome)
        return {"label": self.t(label), "tone": TONES.get(item.outcome, "quiet")}

    def reasons(self, item: Any) -> str:
        """Return why an item was refused; what else its detail holds is for the machine."""
        return self.detail(item.detail) if item.outcome == REFUSED else ""

    def title(self, file: CaseFile) -> str:
        """Return the title of a case file as far as this person may read it."""
        readable = self.viewer.may_read(file.agency_code, file.access)
        return str(file.title if readable and file.title else file.code)

    # acts

    def approve(self) -> None:
        """The head decides; the password is asked again."""
        self.ask_password()
        with joined() as session:
            proposal.approve(session, self.path[0], viewer=self.viewer, now=self.now)
        self.say(_("The decision is in the ledger. The packages may now be sent."))

    def refuse(self) -> None:
        """End it; its case files are free for another."""
        with joined() as session:
            proposal.refuse(
                session, self.path[0], reason=self.text("reason"), viewer=self.viewer, now=self.now
            )
        self.say(_("The hand-over was refused. Its case files stay."))

    def send(self) -> str:
        """Have a worker send the packages. The vault asks everything again."""
        viewer = self.viewer
        with reading() as session:
            order = orders.named(session, self.path[0])
            if not any(viewer.has(role, order.agency_code) for role in MAY_SEND):
                raise NotAllowedError(
                    because(
                        "archive.roles-missing", who=viewer.name, roles=MAY_SEND, agency=order.agency_code
                    )
                )
            if against := reasons_against_order(session, order, now=self.now):
                raise OrderRefusedError(against)
        try:
            queue.send("exports.tasks.send", self.path[0], viewer.name, roles_as_json(viewer))
        except OperationalError:
            self.say(_("The queue does not answer. Nothing was sent; try again later."), "error")
            return self.here
        self.say(_("The packages are being sent. This page shows how far it is."))
        return f"{self.here}?{BEGUN}=1"
