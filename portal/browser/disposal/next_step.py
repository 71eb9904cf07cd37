"""Who has to do something with a destruction order next, and why this person is not the one. Pure."""

from __future__ import annotations

from typing import Any

from archive.order_check import missing_approvals
from archive.register.decisions import Order, OrderState
from archive.viewer import Role, Viewer, same_person
from portal.browser.next_step import NextStep
from portal.i18n import _


def next_step(order: Order) -> NextStep | None:
    """Return what the order waits for; None when it has ended."""
    spoke = (order.proposed_by, *(approval.actor for approval in order.approvals))
    if order.state == OrderState.PROPOSED:
        if any(Role.COUNCIL.value in roles for roles in missing_approvals(order)):
            return NextStep(_("A member of the council approves the list."), (Role.COUNCIL,), spoke)
        return NextStep(_("The head of the agency decides."), (Role.HEAD,), spoke)
    if order.state in (OrderState.APPROVED, OrderState.EXECUTING):
        what = (
            _("An archivist or the head carries the decision out, but not who proposed it.")
            if order.state == OrderState.APPROVED
            else _(
                "The machine erases copy after copy. Whoever may carry it out can start it again if it stops."
            )
        )
        return NextStep(what, (Role.ARCHIVIST, Role.HEAD), (order.proposed_by,))
    return None


def why_not(order: Order, step: NextStep, viewer: Viewer) -> Any:
    """Return why this person may not take the step, as a message; None when they may."""
    if same_person(viewer.name, order.proposed_by):
        return _(
            "You proposed this list. Nobody approves, decides or carries out what they proposed themselves."
        )
    if any(same_person(viewer.name, name) for name in step.not_they):
        return _("You said yes already. The second yes must come from somebody else.")
    if not any(viewer.has(role, order.agency_code) for role in step.roles):
        return _("Your roles at this agency do not take this step; you may follow it here.")
    return None
