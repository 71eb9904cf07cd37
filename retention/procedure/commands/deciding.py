"""`tangthu disposal opinion ... release`: what comes between the council and the destruction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from archive.cli import viewer_named
from archive.procedure.story import Verdict
from archive.register.session import transaction
from archive.second_factor.prove import Act, First, For, prove
from retention.options import AsJson, AsUser, Day, Hash, Number, Reason, Roles, clock
from retention.procedure import deciding, opinion
from retention.procedure.commands.asked import OrderId, paper_named, tell
from retention.procedure.deciding import NewDecision


def give_opinion(
    order_id: OrderId,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    verdict: Annotated[Verdict | None, typer.Option(help="of the letter that came; none asks for it")] = None,
    reason: Annotated[str, typer.Option(help="what they have against it")] = "",
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Ask for the opinion as the head, or with --verdict record the letter that came as an archivist."""
    viewer, letter = viewer_named(user, role), paper_named(document, document_date, sha256)
    with transaction() as session:
        if verdict is None:
            story = opinion.request(session, order_id, letter, viewer=viewer, now=clock())
        else:
            story = opinion.record(
                session, order_id, letter, verdict, viewer=viewer, now=clock(), reason=reason
            )
    tell(story, as_json=as_json)


def reject(
    order_id: OrderId,
    reason: Reason,
    user: AsUser,
    role: Roles,
    document: Annotated[str, typer.Option(help="number of the opinion that came; needed under R2")] = "",
    document_date: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="its date")] = None,
    as_json: AsJson = False,
) -> None:
    """End the list after the opinion, as the head."""
    letter = paper_named(document, document_date, "") if document and document_date else None
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = opinion.reject(session, order_id, reason=reason, viewer=viewer, now=clock(), letter=letter)
    tell(story, as_json=as_json)


def decide(
    order_id: OrderId,
    document: Number,
    document_date: Day,
    signer: Annotated[str, typer.Option(help="name and position under the decision")],
    list_sha256: Annotated[str, typer.Option("--list", help="hash of the list as it was shown")],
    code: Annotated[str, typer.Option(help="of the head's authenticator")],
    user: AsUser,
    role: Roles,
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Decide as the head that what is on the list is destroyed."""
    viewer = viewer_named(user, role)
    decision = NewDecision(paper_named(document, document_date, sha256), signer, list_sha256)
    prove(viewer.name, code, Act(For.DECIDE, order_id), first=First.COMMAND_LINE, now=clock())
    with transaction() as session:
        story = deciding.decide(session, order_id, decision, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def refuse(order_id: OrderId, reason: Reason, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """End a decided list that is not carried out, as the head."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = deciding.refuse(session, order_id, reason=reason, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def hand_over(
    order_id: OrderId,
    document: Number,
    document_date: Day,
    receiver: Annotated[str, typer.Option(help="account of who carries the destruction out")],
    user: AsUser,
    role: Roles,
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Hand the records over for destruction; the paper is the minutes of that."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        minutes = paper_named(document, document_date, sha256)
        story = deciding.hand_over(session, order_id, minutes, receiver=receiver, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def hand_over_again(
    order_id: OrderId,
    document: Number,
    document_date: Day,
    receiver: Annotated[str, typer.Option(help="account of who carries the destruction out instead")],
    reason: Reason,
    user: AsUser,
    role: Roles,
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Hand the records over to somebody else before the destruction begins; they confirm it anew."""
    minutes = paper_named(document, document_date, sha256)
    with transaction() as session:
        story = deciding.hand_over_again(
            session,
            order_id,
            minutes,
            receiver=receiver,
            reason=reason,
            viewer=viewer_named(user, role),
            now=clock(),
        )
    tell(story, as_json=as_json)


def release(
    order_id: OrderId,
    code: Annotated[str, typer.Option(help="of the executor's authenticator")],
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Confirm as who received the records that the destruction begins; `destroy` follows within a day."""
    viewer = viewer_named(user, role)
    prove(viewer.name, code, Act(For.RELEASE, order_id), first=First.COMMAND_LINE, now=clock())
    with transaction() as session:
        story = deciding.release(session, order_id, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


DECIDING: dict[str, Callable[..., None]] = {
    "opinion": give_opinion,
    "reject": reject,
    "decide": decide,
    "refuse": refuse,
    "hand-over": hand_over,
    "hand-over-again": hand_over_again,
    "release": release,
}
"""Command -> function."""
