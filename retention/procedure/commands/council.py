"""`tangthu disposal council|excuse|vote|conclude|sign-minutes`: who sits on the council and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from archive.cli import viewer_named
from archive.errors import NotAllowedError
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.seats import Member, Seat
from archive.register.session import transaction
from retention.options import AsJson, AsUser, Day, Hash, Number, Reason, Roles, clock
from retention.procedure import council
from retention.procedure.commands.asked import OrderId, paper_named, tell


def form_council(
    order_id: OrderId,
    member: Annotated[list[str], typer.Option(help="SEAT:ACCOUNT, may be given again")],
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    reason: Annotated[str, typer.Option(help="why it is changed, once the list was submitted")] = "",
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Form the council as the head, or change it. Seats: chair, secretary, owning-unit, expert, member."""
    members = []
    for text in member:
        seat, colon, account = text.partition(":")
        if not colon or seat not in set(Seat):
            raise NotAllowedError(f"--member {text}: write SEAT:ACCOUNT; seats are {', '.join(Seat)}")
        members.append(Member(account, Seat(seat)))
    with transaction() as session:
        formed = council.form(
            session,
            order_id,
            members,
            paper_named(document, document_date, sha256),
            viewer=viewer_named(user, role),
            now=clock(),
            reason=reason,
        )
    tell(formed.story, as_json=as_json)
    if not as_json:
        for warning in formed.warnings:
            print(f"note: {warning}")


def excuse(
    order_id: OrderId, account: str, reason: Reason, user: AsUser, role: Roles, as_json: AsJson = False
) -> None:
    """Note that a member is absent, and why; --reason "" takes it back."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = council.excuse(session, order_id, account, reason=reason, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def vote(
    order_id: OrderId,
    user: AsUser,
    role: Roles,
    choice: Choice = Choice.DESTROY,
    case_file: Annotated[list[str] | None, typer.Option(help="only this one, may be given again")] = None,
    reason: Annotated[str, typer.Option(help="needed to keep or extend")] = "",
    period: Annotated[str, typer.Option(help="the new period, to extend")] = "",
    rest: Annotated[bool, typer.Option("--rest", help="on what has no vote of yours yet")] = False,
    as_json: AsJson = False,
) -> None:
    """Vote as a member of the council, on everything unless case files or the rest are named."""
    viewer = viewer_named(user, role)
    if rest and case_file:
        raise NotAllowedError("give --case-file or --rest, not both")
    ballot = Ballot(choice, reason, period)
    with transaction() as session:
        story = council.vote(
            session, order_id, ballot, viewer=viewer, now=clock(), case_file_ids=case_file or None, rest=rest
        )
    tell(story, as_json=as_json)


def conclude(
    order_id: OrderId,
    document: Number,
    document_date: Day,
    user: AsUser,
    role: Roles,
    sha256: Hash = "",
    as_json: AsJson = False,
) -> None:
    """Conclude as the chair; the paper is the minutes of the meeting."""
    viewer = viewer_named(user, role)
    with transaction() as session:
        minutes = paper_named(document, document_date, sha256)
        story = council.conclude(session, order_id, minutes, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def sign_minutes(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Sign the minutes as the council's secretary."""
    with transaction() as session:
        story = council.sign_minutes(session, order_id, viewer=viewer_named(user, role), now=clock())
    tell(story, as_json=as_json)


COUNCIL: dict[str, Callable[..., None]] = {
    "council": form_council,
    "excuse": excuse,
    "vote": vote,
    "conclude": conclude,
    "sign-minutes": sign_minutes,
}
"""Command -> function."""
