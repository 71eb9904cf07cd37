"""What happens with a destruction order made before there was a procedure, and why this person does not do it. Pure."""

from __future__ import annotations

from typing import Any

from archive.register.decisions import Order, OrderState
from archive.viewer import Role, Viewer, same_person
from portal.browser.next_step import NextStep
from portal.i18n import _


def next_step(order: Order) -> NextStep | None:
    """Return what the order waits for; None when it has ended."""
    if order.state in (OrderState.PROPOSED, OrderState.APPROVED):
        what = _(
            "This list was made before lists went through the whole procedure. It is not carried out: give it up, "
            "then make a list of its case files."
        )
        return NextStep(what, (Role.COUNCIL, Role.HEAD), ())
    if order.state == OrderState.EXECUTING:
        what = _(
            "The machine erases copy after copy. Whoever may carry it out can start it again if it stops."
        )
        return NextStep(what, (Role.ARCHIVIST, Role.HEAD), (order.proposed_by,))
    return None


def why_not(order: Order, step: NextStep, viewer: Viewer) -> Any:
    """Return why this person may not take the step, as a message; None when they may."""
    proposed = same_person(viewer.name, order.proposed_by)
    if order.state == OrderState.EXECUTING and proposed:
        return _("You proposed this list. Nobody carries out what they proposed themselves.")
    mine = proposed and viewer.has(Role.ARCHIVIST, order.agency_code)
    if not mine and not any(viewer.has(role, order.agency_code) for role in step.roles):
        return _("Your roles at this agency do not take this step; you may follow it here.")
    return None
