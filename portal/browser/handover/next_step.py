"""Who has to do something with a hand-over next, and why this person is not the one. Pure."""

from __future__ import annotations

from typing import Any

from archive.register.decisions import Order, OrderState
from archive.viewer import Role, Viewer, same_person
from exports.progress import SENT
from portal.browser.next_step import NextStep
from portal.i18n import _


def next_step(order: Order) -> NextStep | None:
    """Return what the hand-over waits for; None when it has ended."""
    if order.state == OrderState.PROPOSED:
        return NextStep(_("The head of the agency decides."), (Role.HEAD,), (order.proposed_by,))
    if order.state == OrderState.APPROVED:
        return NextStep(_("An archivist or the head has the packages sent."), (Role.ARCHIVIST, Role.HEAD), ())
    if order.state != OrderState.EXECUTING:
        return None
    if any(item.outcome == "" for item in order.items):
        return NextStep(
            _("Packages are being sent. Whoever may send can start it again if it stops."),
            (Role.ARCHIVIST, Role.HEAD),
            (),
        )
    return NextStep(
        _("The Historical Archive checks what arrived and answers with a receipt."), (Role.HISTORICAL,), ()
    )


def why_not(order: Order, step: NextStep, viewer: Viewer) -> Any:
    """Return why this person may not take the step, as a message; None when they may."""
    if any(same_person(viewer.name, name) for name in step.not_they):
        return _("You proposed this hand-over; the yes must come from somebody else.")
    if not any(viewer.has(role, order.agency_code) for role in step.roles):
        return _("Your roles at this agency do not take this step; you may follow it here.")
    return None


def waits_for_receipts(order: Order) -> bool:
    """Say whether something was sent of which nobody knows yet whether it arrived."""
    return order.state == OrderState.EXECUTING and any(item.outcome == SENT for item in order.items)
