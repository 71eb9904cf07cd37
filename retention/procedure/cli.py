"""`tangthu disposal ...`: every step of a disposal list, as the administrator's door.

The name and role given are believed and ledgered; everything else is asked as on the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import orders
from archive.cli import show, viewer_named
from archive.errors import NotAllowedError
from archive.paper_files import shelf
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.links import Fate, Link
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.story import Story, Verdict
from archive.reason import because
from archive.register.decisions import OrderState
from archive.register.disposal import DisposalList
from archive.register.session import reading, transaction
from archive.second_factor.prove import Act, First, For, prove
from archive.seen_at import seen_at
from archive.vietnam import day_of
from archive.viewer import Viewer
from retention import old_lists
from retention.dossier import READERS
from retention.options import AsJson, AsUser, Day, Hash, Number, Reason, Roles, clock
from retention.procedure import council, deciding, fates, listing, opinion, taking
from retention.procedure.deciding import NewDecision
from retention.procedure.linked import links
from retention.procedure.listing import NewList

OrderId = Annotated[str, typer.Argument(help="id of the list, as `disposal propose` prints it")]


def _paper(number: str, day: datetime, sha256: str) -> Paper:
    kept = shelf.find(sha256)
    return Paper(number, day.date(), sha256, kept.about.name if kept else "")


def tell(story: Story, *, as_json: bool) -> None:
    """Print where a list stands."""
    facts: dict[str, Any] = {
        "order_id": story.order_id,
        "regime": story.regime,
        "state": story.state,
        "list_sha256": story.list_sha256,
        "items": sorted(story.items),
        "left": {id: one.reason for id, one in story.left.items()},
        "missing_votes": story.missing_votes(),
        "dossier": story.dossier_id,
        "faults": [str(fault) for fault in story.faults],
    }
    text = f"{story.order_id}  {story.state}  {len(story.items)} case files, list {story.list_sha256}"
    show(facts, as_json=as_json, text=text)


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
        story = _shown(session, order_id, viewer)
    tell(story, as_json=as_json)
    if not as_json:
        for step in story.steps:
            print(
                f"{step.event}  {step.at:%Y-%m-%d %H:%M}  {step.id}  {step.actor} ({step.role})  {step.paper or ''}"
            )


def _shown(session: Session, order_id: str, viewer: Viewer) -> Story:
    story = taking.story(session, order_id)
    if not any(viewer.has(one, story.agency_code) for one in READERS):
        raise NotAllowedError(because("archive.no-part", who=viewer.name, agency=story.agency_code))
    return story


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
    new = NewList(agency, case_file_ids, reason, explanation, _paper(document, document_date, sha256))
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


LinkNames = Annotated[
    list[str],
    typer.Option(
        "--link", help="CASE-FILE:DOCUMENT:OTHER, as `disposal linked` prints it; may be given again"
    ),
]


def list_linked(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """List the documents that an unexpired case file has too, and what was chosen for each."""
    viewer = viewer_named(user, role)
    with reading() as session:
        story = _shown(session, order_id, viewer)
        found = links(session, story.items, today=day_of(clock()))
    facts = [
        {
            "link": f"{one.case_file_id}:{one.ordinal}:{one.other_id}",
            "document": one.document,
            "in": one.other_code,
            "how": one.how.value,
            "there": one.there,
            "chosen": story.links[one.link].fate.value if one.link in story.links else "",
        }
        for one in found
    ]
    lines = [
        f"{one['link']}  {one['document']} in {one['in']} ({one['how']}): "
        + ("in it already, nothing to copy" if one["there"] else str(one["chosen"] or "nobody chose yet"))
        for one in facts
    ]
    show(facts, as_json=as_json, text="\n".join(lines) or "no linked document")


def keep_linked(
    order_id: OrderId,
    user: AsUser,
    role: Roles,
    link: LinkNames = [],  # noqa: B006 (typer reads the default)
    reason: Annotated[str, typer.Option(help="why they are kept")] = "",
    as_json: AsJson = False,
) -> None:
    """Choose to keep linked documents and copy all that are to be kept of the list; without --link only copy."""
    viewer = viewer_named(user, role)
    if link:
        wanted = [_link(one) for one in link]
        with transaction() as session:
            fates.choose(session, order_id, wanted, Fate.KEEP, reason=reason, viewer=viewer, now=clock())
    done = fates.keep(order_id, viewer=viewer, clock=clock)
    facts = {
        "made": list(done.made),
        "waiting": {
            f"{one.case_file_id}:{one.document}:{one.other_id}": str(why) for one, why in done.waiting.items()
        },
        "against": [str(one) for one in done.against],
    }
    lines = [f"made {name}" for name in done.made]
    lines += [f"not yet, {one}: {why}" for one, why in facts["waiting"].items()]  # type: ignore[attr-defined]
    show(facts, as_json=as_json, text="\n".join(lines) or "everything that is to be kept is kept")
    if done.waiting or done.against:
        raise typer.Exit(1)


def let_linked_go(
    order_id: OrderId, link: LinkNames, reason: Reason, user: AsUser, role: Roles, as_json: AsJson = False
) -> None:
    """Choose to let linked documents go with their case file, with the reason."""
    viewer = viewer_named(user, role)
    wanted = [_link(one) for one in link]
    with transaction() as session:
        story = fates.choose(
            session, order_id, wanted, Fate.LET_GO, reason=reason, viewer=viewer, now=clock()
        )
    tell(story, as_json=as_json)


def _link(text: str) -> Link:
    case_file_id, document, other_id = [*text.split(":"), "", ""][:3]
    if text.count(":") != 2 or not document.isdecimal():
        raise typer.BadParameter(f"{text}: write CASE-FILE:DOCUMENT:OTHER, as `disposal linked` prints it")
    return Link(case_file_id, int(document), other_id)


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
            _paper(document, document_date, sha256),
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
        minutes = _paper(document, document_date, sha256)
        story = council.conclude(session, order_id, minutes, viewer=viewer, now=clock())
    tell(story, as_json=as_json)


def sign_minutes(order_id: OrderId, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Sign the minutes as the council's secretary."""
    with transaction() as session:
        story = council.sign_minutes(session, order_id, viewer=viewer_named(user, role), now=clock())
    tell(story, as_json=as_json)


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
    viewer, letter = viewer_named(user, role), _paper(document, document_date, sha256)
    with transaction() as session:
        if verdict is None:
            story = opinion.request(session, order_id, letter, viewer=viewer, now=clock())
        else:
            story = opinion.record(
                session, order_id, letter, verdict, viewer=viewer, now=clock(), reason=reason
            )
    tell(story, as_json=as_json)


def _end(act: Callable[..., Story]) -> Callable[..., None]:
    def command(
        order_id: OrderId, reason: Reason, user: AsUser, role: Roles, as_json: AsJson = False
    ) -> None:
        viewer: Viewer = viewer_named(user, role)
        with transaction() as session:
            story = act(session, order_id, reason=reason, viewer=viewer, now=clock())
        tell(story, as_json=as_json)

    command.__doc__ = (act.__doc__ or "").partition("\n")[0]
    return command


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
    decision = NewDecision(_paper(document, document_date, sha256), signer, list_sha256)
    prove(viewer.name, code, Act(For.DECIDE, order_id), first=First.COMMAND_LINE, now=clock())
    with transaction() as session:
        story = deciding.decide(session, order_id, decision, viewer=viewer, now=clock())
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
        minutes = _paper(document, document_date, sha256)
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
    minutes = _paper(document, document_date, sha256)
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
    letter = _paper(document, document_date, "") if document and document_date else None
    viewer = viewer_named(user, role)
    with transaction() as session:
        story = opinion.reject(session, order_id, reason=reason, viewer=viewer, now=clock(), letter=letter)
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


DISPOSAL: dict[str, Callable[..., None]] = {
    "list": list_lists,
    "show": show_list,
    "propose": propose,
    "submit": submit,
    "take-out": take_out,
    "linked": list_linked,
    "keep-linked": keep_linked,
    "let-linked-go": let_linked_go,
    "council": form_council,
    "excuse": excuse,
    "vote": vote,
    "conclude": conclude,
    "sign-minutes": sign_minutes,
    "opinion": give_opinion,
    "reject": reject,
    "decide": decide,
    "refuse": _end(deciding.refuse),
    "hand-over": hand_over,
    "hand-over-again": hand_over_again,
    "release": release,
    "abort": abort,
}
"""Command -> function."""
