"""`tangthu disposal propose|submit|take-out|abort`: what an archivist puts on a list and takes off it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from archive import orders
from archive.cli import show, viewer_named
from archive.register.decisions import OrderState
from archive.register.session import transaction
from archive.viewer import Viewer
from retention import old_lists
from retention.options import AsJson, AsUser, Day, Hash, Number, Reason, Roles, clock
from retention.procedure import listing
from retention.procedure.commands.asked import OrderId, paper_named, tell
from retention.procedure.listing import NewList


def propose(
    case_file_ids: list[str],
    agency: Annotated[str, typer.Option(help="agency code")],
    reason: Reason,
    explanation: Annotated[str, typer.Option(help="bản thuyết minh")],
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Make a list of due case files of one law, with its explanation and the letter that submits it."""
    new = NewList(agency, case_file_ids, reason, explanation, paper_named(document, document_date, sha256))
    with transaction() as session:
        story = listing.propose(session, new, viewer=viewer_named(user, role), now=clock())
    tell(story, as_json=as_json)


def submit(
    order_id: OrderId,
    user: AsUser,
    role: Roles,
    linked: Annotated[str, typer.Option(help="why documents go that an unexpired file has too")] = "",
    as_json: AsJson = False,
) -> None:
    """Submit the list to the council; it is frozen from here on."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = listing.submit(session, order_id, viewer=viewer, now=clock(), linked=linked)
    tell(story, as_json=as_json)


def take_out(
    order_id: OrderId,
    case_file_ids: list[str],
    reason: Reason,
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Take case files off the list, with a reason, at any state before execution."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = listing.take_out(session, order_id, case_file_ids, reason=reason, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def abort(order_id: OrderId, reason: Reason, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Give a list up before it is decided; one made before there was a procedure, before it has begun."""
    viewer: Viewer = viewer_named(user, role)
    with transaction() as session:
        old = old_lists.is_old(orders.named(session, order_id))
        if old:
            old_lists.give_up(session, order_id, reason=reason, viewer=viewer, now=clock())
        else:
            story = listing.abort(session, order_id, reason=reason, viewer=viewer, now=clock())
    if old:
        show(
            {"order_id": order_id, "state": OrderState.REFUSED}, as_json=as_json, text=f"{order_id}  given up"
        )
    else:
        tell(story, as_json=as_json)


LISTING: dict[str, Callable[..., None]] = {
    "propose": propose,
    "submit": submit,
    "take-out": take_out,
    "abort": abort,
}
"""Command -> function."""
