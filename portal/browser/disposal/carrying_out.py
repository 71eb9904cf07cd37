"""What a person does on the page of any destruction: have a worker carry it out, bring the dossier's paper up."""

from __future__ import annotations

from kombu.exceptions import OperationalError
from plone import api
from zExceptions import NotFound

from archive import queue
from archive.register.decisions import Order
from archive.register.session import reading
from archive.viewer import Role, roles_as_json
from portal.browser.order_page import BEGUN
from portal.browser.screen import Screen
from portal.i18n import _
from portal.papers import mirror_order
from retention import destruction


def execute(screen: Screen) -> str:
    """Have a worker destroy what the order names; held case files stay. The vault asks everything again."""
    screen.ask_password()
    viewer, id = screen.viewer, screen.path[0]
    with reading() as session:
        destruction.check(session, id, viewer=viewer, now=screen.now)
    try:
        queue.send("retention.tasks.execute", id, viewer.name, roles_as_json(viewer))
    except OperationalError:
        screen.say(_("The queue does not answer. Nothing was destroyed; try again later."), "error")
        return screen.here
    screen.say(_("The destruction has begun. This page shows how far it is."))
    return f"{screen.here}?{BEGUN}=1"


def mirror(screen: Screen) -> None:
    """Bring the dossier's paper up to what a worker did: workers write no papers, and a GET writes nothing."""
    viewer = screen.viewer
    with reading() as session:
        order = session.get(Order, screen.path[0])
        may = order is not None and any(
            viewer.has(role, order.agency_code) for role in (Role.ARCHIVIST, Role.HEAD)
        )
        if order is None or not may:
            raise NotFound(screen.path[0])
        mirror_order(api.portal.get(), session, order.id)
    screen.say(_("The dossier says now that the list was carried out."))
