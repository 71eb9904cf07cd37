"""What becomes of linked documents: an archivist chooses, and what is to be kept is copied before the list goes on.

Choosing is a step of the list (TT 01/2019/TT-BNV Điều 20.5). The copying is the vault's (`archive.adding`), in the
background or at once, and changes nothing of the list; that every chosen document is kept in every store is asked when
a later step is written, and by the vault before it erases (`archive.procedure.kept`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.adding.add import add, clear_away
from archive.custody import repair
from archive.errors import OrderRefusedError, TangThuError
from archive.procedure.kept import (
    against_keeping,
    against_kept,
    already_in,
    begun,
    to_keep,
    whole_in_every_store,
)
from archive.procedure.links import Fate, Link
from archive.procedure.story import Story
from archive.reason import Reason, because
from archive.register.decisions import Order
from archive.register.models import Package
from archive.register.session import reading
from archive.stores.interface import Store
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.procedure.linked import links
from retention.procedure.taking import story, take

Came = TypeVar("Came")


@dataclass(frozen=True)
class Kept:
    """How it stands with what is to be kept of a list.

    Attributes:
        made: packages that were made now.
        waiting: documents that are not kept in every store yet -> why; a later call goes on.
        against: what of it keeps the list from going on; empty when all is kept.
    """

    made: tuple[str, ...]
    waiting: dict[Link, Reason]
    against: tuple[Reason, ...]


def choose(
    session: Session,
    order_id: str,
    wanted: Sequence[Link],
    fate: Fate,
    *,
    viewer: Viewer,
    now: datetime,
    reason: str = "",
) -> Story:
    """Choose what becomes of linked documents, at any state before the destruction begins; the last choice counts.

    Args:
        session: an open transaction.
        order_id: of the list.
        wanted: documents that are linked (`retention.procedure.linked`).
        fate: kept, or let go.
        viewer: an archivist.
        now: aware time.
        reason: why; to let go it is needed.

    Raises:
        NotFoundError, NotAllowedError: as `take`; the viewer is no archivist there.
        OrderRefusedError: no reason, a document that is not linked or whose other case file cannot take it now, or the
            destruction has begun.
    """
    today = day_of(now)

    def speaks_against(before: Story, order: Order) -> Iterator[Reason]:
        files = {one.case_file_id for one in wanted}
        known = {one.link: one for one in links(session, sorted(files), today=today)}
        for link in wanted:
            if link not in known and link not in before.links:
                yield because("retention.not-linked", document=link.document)
            elif fate is Fate.KEEP:
                yield from against_keeping(session, link, today)

    return take(
        session,
        order_id,
        "link",
        viewer=viewer,
        roles=(Role.ARCHIVIST,),
        now=now,
        facts={
            "fate": fate.value,
            "links": [[one.case_file_id, one.document, one.other_id] for one in dict.fromkeys(wanted)],
            "reason": reason.strip(),
        },
        more=speaks_against,
    )


def keep(
    order_id: str, *, viewer: Viewer, clock: Callable[[], datetime], places: Sequence[Store] | None = None
) -> Kept:
    """Copy what is to be kept of a list and is not kept yet; clear away what a killed run left. Safe to call again.

    One document that cannot be copied does not stop the others. Opens its own transactions.

    Args:
        order_id: of the list.
        viewer: an archivist.
        clock: tells the time, aware.
        places: stores instead of the configured ones.

    Raises:
        NotFoundError: no such list.
        NotAllowedError: the viewer is no archivist there.
    """
    with reading() as session:
        now = story(session, order_id)
        viewer.require(Role.ARCHIVIST, now.agency_code)
        wanted = to_keep(now)
        left = [one.link for one in begun(session, (*now.items, *now.left))]
    made: list[str] = []
    waiting: dict[Link, Reason] = {}
    for link in left:
        if link not in wanted:
            _go_on(waiting, link, partial(clear_away, link, moment=clock, places=places))
    for link in wanted:
        added = _go_on(
            waiting, link, partial(add, order_id, link, viewer=viewer, moment=clock, places=places)
        )
        if added is not None and added.package:
            made.append(added.package)
    for link in wanted:
        if link not in waiting:
            _go_on(waiting, link, partial(_everywhere, link, viewer, clock, places))
    with reading() as session:
        against = tuple(against_kept(session, story(session, order_id)))
    return Kept(tuple(made), waiting, against)


def _go_on(waiting: dict[Link, Reason], link: Link, work: Callable[[], Came]) -> Came | None:
    """Do it, or remember why not."""
    try:
        return work()
    except OrderRefusedError as error:
        waiting[link] = error.reasons[0]
    except TangThuError as error:
        waiting[link] = error.reason
    return None


def _everywhere(
    link: Link, viewer: Viewer, clock: Callable[[], datetime], places: Sequence[Store] | None
) -> None:
    """Fill the stores that miss a copy of the other case file's package."""
    with reading() as session:
        if not already_in(session, [link]) or whole_in_every_store(session, [link]):
            return
        packages = list(session.scalars(select(Package.id).where(Package.case_file_id == link.other_id)))
    for package in packages:
        repair(package, actor=viewer.name, role=Role.ARCHIVIST.value, now=clock(), places=places)
