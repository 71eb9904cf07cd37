"""`tangthu disposal list|show`: which lists there are, and where one stands."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from archive.cli import show, viewer_named
from archive.register.disposal import DisposalList
from archive.register.session import reading
from archive.seen_at import seen_at
from retention.dossier import READERS
from retention.options import AsJson, AsUser, Roles
from retention.procedure.commands.asked import OrderId, shown, tell


def list_lists(user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """List the disposal lists of the agencies where the viewer has a part, the newest first."""
    viewer = viewer_named(user, role)
    seen = seen_at(viewer, DisposalList.agency_code, frozenset(READERS))
    query = select(DisposalList).where(seen).order_by(DisposalList.since.desc())
    with reading() as session:
        rows = list(session.scalars(query))
        facts = [
            {"order_id": r.order_id, "agency": r.agency_code, "regime": r.regime, "state": r.state}
            for r in rows
        ]
    lines = [f"{one['order_id']}  {one['agency']}  {one['regime']}  {one['state']}" for one in facts]
    show(facts, as_json=as_json, text="\n".join(lines) or "no list")


def show_list(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Show where a list stands, and each step that was taken."""
    viewer = viewer_named(user, role)
    with reading() as session:
        story = shown(session, order_id, viewer)
    tell(story, as_json=as_json)
    if not as_json:
        for step in story.steps:
            print(
                f"{step.event}  {step.at:%Y-%m-%d %H:%M}  {step.id}  {step.actor} ({step.role})  {step.paper or ''}"
            )


LOOKING: dict[str, Callable[..., None]] = {
    "list": list_lists,
    "show": show_list,
}
"""Command -> function."""
