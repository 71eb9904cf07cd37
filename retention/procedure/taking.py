"""Take one step of a disposal list: everything that speaks against it first, then one event in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive import orders
from archive.errors import OrderRefusedError
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.paper_files import shelf
from archive.procedure.called import PEOPLE, as_called
from archive.procedure.follow import after
from archive.procedure.kept import against_kept
from archive.procedure.papers import paper_of
from archive.procedure.read import story_of
from archive.procedure.states import GIVES_UP, step_from
from archive.procedure.story import Happened, Story
from archive.reason import Reason, because
from archive.register.decisions import Order, OrderKind
from archive.register.projection import apply
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from retention.procedure.numbers import against_number

More = Callable[[Story, Order], Iterable[Reason]]


def story(session: Session, order_id: str) -> Story:
    """Return a disposal list's story from its proposal to now.

    Raises:
        NotFoundError: no such order.
        OrderRefusedError: it is no destruction, or one that was proposed before there was a procedure.
    """
    order = orders.named(session, order_id, kind=OrderKind.DESTRUCTION)
    return _followed(session, order)


def take(
    session: Session,
    order_id: str,
    step: str,
    *,
    viewer: Viewer,
    roles: Iterable[Role],
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    says: Mapping[str, Any] | None = None,
    more: More | None = None,
    named: Mapping[str, str] | None = None,
) -> Story:
    """Take a step and return the story with it.

    Args:
        session: an open transaction; the order is locked in it.
        order_id: of the list.
        step: id of a transition (`archive.procedure.states`) or of what leaves the state as it is.
        viewer: who takes it.
        roles: in which it may be taken; the first that is held is ledgered.
        now: aware time.
        facts: what the step carries.
        says: what the event says besides: "approval", "state" of the order.
        more: yields what else speaks against it, of what only the register knows.
        named: account -> full name of others it names, for the papers.

    Raises:
        NotFoundError: no such order.
        NotAllowedError: none of the roles is held at the list's agency.
        OrderRefusedError: with every reason; nothing was written.
    """
    order = orders.named(session, order_id, lock=True, kind=OrderKind.DESTRUCTION)
    wanted = list(roles)
    role = next((one for one in wanted if viewer.has(one, order.agency_code)), wanted[0])
    viewer.require(role, order.agency_code)
    before = _followed(session, order)
    told: dict[str, Any] = {"id": step, "on": day_of(now).isoformat(), **(facts or {})}
    others = {who: name for who, name in (named or {}).items() if who != viewer.name}
    called = {**others, viewer.name: viewer.full_name}
    payload = {"step": told, **(says or {}), PEOPLE: as_called(session, order.agency_code, called)}
    new = after(before, Happened(0, now, viewer.name, role.value, payload))
    # What broke the procedure before is no reason to go on with the list, nor one against giving it up.
    faults = new.faults[len(before.faults) :] if step in GIVES_UP else new.faults
    reasons = [*faults, *against_file(told.get("paper")), *(more(before, order) if more else ())]
    transition = step_from(before.state, before.regime, step)
    if transition is not None and "linked-kept" in transition.conditions:
        reasons += against_kept(session, before)
    if told.get("paper"):
        paper = paper_of(told["paper"])
        reasons += orders.against_length(paper.number)
        reasons += against_number(session, order.agency_code, step, paper, order_id=order.id)
    if reasons:
        raise OrderRefusedError(reasons)
    told["state"] = new.state.value
    if new.items.keys() != before.items.keys():
        told["list_sha256"] = new.list_sha256
    event = append(
        session,
        Verb.DECISION,
        actor=viewer.name,
        role=role.value,
        kind="order",
        id=order.id,
        payload=payload,
        before=before.list_sha256,
        after=new.list_sha256,
        basis=str(told.get("paper", {}).get("number", "")),
        now=now,
    )
    apply(session, event)
    session.expire(order)
    return _followed(session, order)


def against_file(paper: Mapping[str, Any] | None) -> Iterable[Reason]:
    """Yield that the file a paper is said to have been given with is not on the shelf."""
    if paper and paper.get("file") and shelf.find(str(paper.get("sha256"))) is None:
        yield because("archive.paper-file-missing", sha256=str(paper.get("sha256")))


def _followed(session: Session, order: Order) -> Story:
    found = story_of(session, order.id)
    if found is None:
        raise OrderRefusedError((because("archive.without-procedure", order=order.id),))
    return found
