"""`tangthu disposal linked|keep-linked|let-linked-go`: documents that an unexpired case file has too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.procedure.links import Fate, Link
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from retention.options import AsJson, AsUser, Reason, Roles, clock
from retention.procedure import fates
from retention.procedure.commands.asked import OrderId, shown, tell
from retention.procedure.linked import links

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
        story = shown(session, order_id, viewer)
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


LINKED: dict[str, Callable[..., None]] = {
    "linked": list_linked,
    "keep-linked": keep_linked,
    "let-linked-go": let_linked_go,
}
"""Command -> function."""
