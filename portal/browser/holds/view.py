"""Holds: place one, ask for one to be lifted, say the second yes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone import api
from sqlalchemy import select
from zExceptions import NotFound

from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.register.models import CaseFile, CaseFileState
from archive.seen_at import seen_at
from archive.viewer import Role, same_person
from portal.browser.disposal.due import SEES
from portal.browser.form_fields import Field, day_of
from portal.browser.holds.form import days_of
from portal.browser.holds.orders import (
    SIZE,
    WideOrder,
    count_wide,
    is_wide,
    lifting_of,
    lifts,
    wide_orders,
)
from portal.browser.screen import Pages, Screen
from portal.i18n import _
from portal.papers import mirror_holds, mirror_order
from portal.register import joined
from retention import holds, wide_holds
from retention.wide_holds import Basis

LIFTING = (
    Field("reason", _("Reason"), "long"),
    Field("number", _("Number of the document")),
    Field("date", _("Its date"), "date"),
)
SHOWN = 200
MANAGES = frozenset({Role.ARCHIVIST, Role.HEAD})


class HoldsScreen(Screen):
    """`giu-ho-so`; with `?ho_so=<id>` it offers to place a hold on that case file."""

    keeps: ClassVar[bool] = True
    acts: ClassVar[Mapping[str, str]] = {
        "place": "place",
        "ask": "ask_to_lift",
        "ask_all": "ask_to_lift_all",
        "lift": "lift",
    }
    filters: ClassVar[frozenset[str]] = frozenset({"ho_so"})

    def prepare(self) -> Any:
        """Read the holds, those in force first and of them what somebody asked to lift."""
        self.names = self.agency_names()
        self.asked = {
            lifts(order): order
            for order in self.session.scalars(
                select(Order).where(Order.kind == OrderKind.LIFT_HOLD, Order.state == OrderState.PROPOSED)
            )
        }
        self.pages = Pages(count_wide(self.session, self.viewer), self.number("page", 1), SIZE)
        self.wide = wide_orders(self.session, self.viewer, page=self.pages.page, first=self.asked)
        query = (
            select(Hold, CaseFile, Order)
            .join(CaseFile, CaseFile.id == Hold.case_file_id)
            .outerjoin(Order, Order.id == Hold.order_id)
            .where(
                Hold.order_id.notin_(select(Order.id).where(is_wide())),
                seen_at(self.viewer, CaseFile.agency_code, SEES),
            )
        )
        rows = self.session.execute(
            query.order_by(
                Hold.lifted_at.isnot(None), Hold.id.in_(list(self.asked)).desc(), Hold.placed_at.desc()
            ).limit(SHOWN + 1)
        )
        self.holds = [{"hold": hold, "file": file, "placing": placing} for hold, file, placing in rows]
        self.more_holds = len(self.holds) > SHOWN
        del self.holds[SHOWN:]
        shown = [row["hold"] for row in self.holds]
        self.lifting = lifting_of(
            self.session,
            [
                *(hold.id for hold in shown if hold.lifted_at),
                *(one.order.id for one in self.wide if not one.in_force),
            ],
        )
        self.file = None
        if self.text("ho_so", 36):
            file = self.session.get(CaseFile, self.text("ho_so", 36))
            if file is None or not self.viewer.has(Role.ARCHIVIST, file.agency_code):
                raise NotFound("no case file you may hold")
            self.file = file if file.state == CaseFileState.STORED else None

    def title(self, file: CaseFile) -> str:
        """Return what this person may see of a held case file's title."""
        readable = self.viewer.may_read(file.agency_code, file.access)
        return str(file.title if readable and file.title else file.code)

    def may_ask(self, hold: Hold, file: CaseFile) -> bool:
        """Say whether this person may ask for the hold to be lifted."""
        manages = any(self.viewer.has(role, file.agency_code) for role in MANAGES)
        return manages and hold.lifted_at is None and hold.id not in self.asked

    def may_lift(self, hold: Hold, file: CaseFile) -> bool:
        """Say whether this person may give the second yes."""
        order = self.asked.get(hold.id)
        manages = any(self.viewer.has(role, file.agency_code) for role in MANAGES)
        return bool(order and manages and self._is_neither(order.proposed_by, hold.placed_by))

    def wide_title(self, one: WideOrder) -> str:
        """Return what a hold on many case files stops."""
        if one.agency:
            return f"{self.t(_('All of the agency'))}: {self.names.get(one.agency, one.agency)}"
        if one.fonds:
            return f"{self.t(_('All of the fonds'))}: {one.fonds}"
        words = one.words or self.t(_("what was listed"))
        return f"{self.t(_('What a search found'))}: {words}"

    def may_ask_all(self, one: WideOrder) -> bool:
        """Say whether this person may ask for a hold on many case files to be lifted."""
        manages = any(self.viewer.has(role, one.order.agency_code) for role in MANAGES)
        return manages and one.in_force and one.order.id not in self.asked

    def may_lift_all(self, one: WideOrder) -> bool:
        """Say whether this person may give the second yes to that."""
        order = self.asked.get(one.order.id)
        manages = any(self.viewer.has(role, one.order.agency_code) for role in MANAGES)
        return bool(order and manages and self._is_neither(order.proposed_by, one.order.proposed_by))

    def _is_neither(self, *others: str) -> bool:
        """Say whether this person is none of these, however their names were typed."""
        return not any(same_person(self.viewer.name, other) for other in others)

    @property
    def may_place_wide(self) -> bool:
        """Say whether the way to hold an agency or a fonds is shown."""
        return bool(self.viewer.agencies_with(frozenset({Role.ARCHIVIST})))

    # acts

    def place(self) -> str:
        """Place a hold; it takes effect at once."""
        day, until = days_of(self)
        file_id = self.text("ho_so", 36)
        with joined() as session:
            file = session.get(CaseFile, file_id)
            if file is None:
                raise NotFound(file_id)
            placed = holds.place(
                session,
                agency_code=file.agency_code,
                case_file_ids=[file_id],
                reason=self.text("reason"),
                document_number=self.text("number", 200),
                document_date=day,
                until=until,
                viewer=self.viewer,
                now=self.now,
            )
            mirror_holds(api.portal.get(), session, file_id)
        if placed.too_late:
            self.say(_("The hold is written, but the last copy was being erased at that moment."), "warning")
        else:
            self.say(_("The hold is in force."))
        return self.here

    def ask_to_lift(self) -> None:
        """Ask for a hold to be lifted; a second person says yes."""
        self.ask_for(LIFTING)
        with joined() as session:
            holds.propose_lift(
                session,
                self.text("hold", 36),
                reason=self.text("reason"),
                document_number=self.text("number", 200),
                document_date=day_of(self.text("date", 10), latest=self.today),
                viewer=self.viewer,
                now=self.now,
            )
        self.say(_("Asked. A second person lifts the hold."))

    def ask_to_lift_all(self) -> None:
        """Ask for everything one order holds to be lifted; a second person says yes."""
        self.ask_for(LIFTING)
        basis = Basis(
            self.text("reason"), self.text("number", 200), day_of(self.text("date", 10), latest=self.today)
        )
        with joined() as session:
            wide_holds.propose_lift_all(
                session, self.text("order", 36), basis, viewer=self.viewer, now=self.now
            )
        self.say(_("Asked. A second person lifts the hold."))

    def lift(self) -> None:
        """Say the second yes."""
        order_id = self.text("order", 36)
        with joined() as session:
            order = session.get(Order, order_id)
            if order is None:
                raise NotFound(order_id)
            role = Role.HEAD if self.viewer.has(Role.HEAD, order.agency_code) else Role.ARCHIVIST
            holds.lift(session, order_id, viewer=self.viewer, role=role, now=self.now)
            for item in order.items:
                mirror_holds(api.portal.get(), session, item.case_file_id)
            mirror_order(api.portal.get(), session, order_id)
        self.say(_("The hold is lifted."))
