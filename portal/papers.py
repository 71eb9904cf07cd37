"""The mirror: papers in Plone follow the register, which is the truth (design sections 2 and 8).

Safe to run at any time and any number of times. A paper that people have written on is never taken away;
only its title and its state follow.
"""

from __future__ import annotations

from typing import Any

from plone import api
from plone.dexterity.utils import createContent
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.procedure.states import START, State
from archive.register.among import among
from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.register.disposal import DisposalList
from archive.register.models import Agency, CaseFile, Fonds, Regime
from archive.register.session import reading
from archive.viewer import ALL_AGENCIES, Role
from portal.disposal_lists import name_of
from portal.roles import PAPER_ROLES, group_id
from portal.workflows import AGREES, FOLLOW, HOLD, STEPS_IN_VAULT, UNDER_R2, Workflow


def mirror_all(site: Any) -> None:
    """Bring every paper up to the register's state."""
    with reading() as session:
        for agency in session.scalars(select(Agency).order_by(Agency.code)):
            paper = _paper(site["phong"], "Agency", f"agency-{agency.code}", agency.name, agency.code)
            _write(paper, code=agency.code, profile=agency.profile)
        for fonds in session.scalars(select(Fonds).order_by(Fonds.code)):
            paper = _paper(site["phong"], "Fonds", f"fonds-{fonds.code}", fonds.name, fonds.agency_code)
            _write(paper, code=fonds.code, agency_code=fonds.agency_code)
        for order in session.scalars(_of_kind(OrderKind.DESTRUCTION)):
            _mirror_order(site, session, order)
        wide = [order for order in session.scalars(_of_kind(OrderKind.HOLD)) if "scope" in order.payload]
        for order in wide:
            _mirror_wide_hold(site, session, order)
        for hold in session.scalars(select(Hold).where(Hold.order_id.notin_([order.id for order in wide]))):
            _mirror_hold(site, session, hold)


def mirror_order(site: Any, session: Session, order_id: str) -> None:
    """Bring the paper of a destruction order up to date, or of a hold on many case files, also when lifted."""
    order = session.get(Order, order_id)
    if order is not None and order.kind == OrderKind.LIFT_HOLD:
        order = session.get(Order, order.payload.get("scope", {}).get("order", ""))
    if order is None:
        return
    if order.kind == OrderKind.DESTRUCTION:
        _mirror_order(site, session, order)
    elif order.kind == OrderKind.HOLD and "scope" in order.payload:
        _mirror_wide_hold(site, session, order)


def is_behind(site: Any, order: Order) -> bool:
    """Say whether the paper of an order is there and says something else than the order."""
    folder = site["danh-muc-huy"]
    if order.id not in folder.objectIds():
        return False
    state = api.content.get_state(folder[order.id])
    session = object_session(order)
    row = session.get(DisposalList, order.id) if session is not None else None
    return state != row.state if row is not None else not _fits(order, state)


def mirror_holds(site: Any, session: Session, case_file_id: str) -> None:
    """Bring the papers of one case file's own holds up to date."""
    for hold in session.scalars(select(Hold).where(Hold.case_file_id == case_file_id)):
        if "scope" not in session.get_one(Order, hold.order_id).payload:
            _mirror_hold(site, session, hold)


def _mirror_order(site: Any, session: Session, order: Order) -> None:
    """Make the dossier's paper, and move it when its legal state does not fit the order's any more."""
    row = session.get(DisposalList, order.id)
    if row is not None:
        _mirror_list(site, session, order, row)
        return
    ids = [item.case_file_id for item in order.items]
    regimes = set(session.scalars(select(CaseFile.regime).where(among(CaseFile.id, ids))))
    # One file under the new law puts the whole list under it: the stricter deadlines (our reading).
    regime = Regime.R2 if Regime.R2 in regimes else Regime.R1
    paper = _paper(site["danh-muc-huy"], "DisposalList", order.id, order.document_number, order.agency_code)
    _write(
        paper,
        order_id=order.id,
        agency_code=order.agency_code,
        regime=regime.value,
        order_state=str(order.state),
    )
    state = api.content.get_state(paper)
    if regime == Regime.R2 and state == State.LISTED and order.state == OrderState.PROPOSED:
        _push(paper, UNDER_R2)
    elif not _fits(order, state):
        _push(paper, f"{FOLLOW}{_legal_state(session, order, regime).value}")


def _mirror_list(site: Any, session: Session, order: Order, row: DisposalList) -> None:
    """Bring the paper of a list with a procedure to the state the ledger gave it."""
    title = name_of(session, order)  # of its letter: the order takes over the number of the decision
    paper = _paper(site["danh-muc-huy"], "DisposalList", order.id, title, order.agency_code)
    _write(
        paper,
        order_id=order.id,
        agency_code=order.agency_code,
        regime=row.regime,
        order_state=STEPS_IN_VAULT,
    )
    if api.content.get_state(paper) != row.state:
        _push(paper, f"{FOLLOW}{row.state}")


def _legal_state(session: Session, order: Order, regime: Regime) -> State:
    """Return the legal state an order has come to; who ended it says which of the ends it is."""
    if order.state == OrderState.REFUSED:
        by = _refused_by(session, order)
        return {Role.COUNCIL: State.KEEP, Role.ARCHIVIST: State.ABORTED}.get(by, State.REFUSED)
    if order.state == OrderState.DONE and not _destroyed_some(order):
        return State.KEEP  # every case file of the list was held or spared
    return {
        OrderState.APPROVED: State.DECIDED,
        OrderState.EXECUTING: State.HANDED_OVER,
        OrderState.DONE: State.DESTROYED,
    }.get(OrderState(order.state), START[regime])


def _fits(order: Order, state: str) -> bool:
    """Say whether a paper in this state says what its order says."""
    kept_all = state == State.KEEP and order.state == OrderState.DONE
    return state in AGREES[OrderState(order.state)] and not (kept_all and _destroyed_some(order))


def _destroyed_some(order: Order) -> bool:
    return any(item.outcome == "done" for item in order.items)


def _refused_by(session: Session, order: Order) -> str:
    query = select(EventRow).where(EventRow.object_id == order.id, EventRow.verb == Verb.DECISION.value)
    for event in session.scalars(query.order_by(EventRow.seq.desc())):
        if event.payload.get("state") == OrderState.REFUSED:
            return str(event.role)
    return ""


def _mirror_hold(site: Any, session: Session, hold: Hold) -> None:
    agency = session.get_one(CaseFile, hold.case_file_id).agency_code
    paper = _paper(site["lenh-giu"], "Hold", hold.id, hold.reason[:120], agency)
    _write(paper, hold_id=hold.id, case_file_id=hold.case_file_id)
    move(paper, HOLD, "placed" if hold.lifted_at is None else "lifted")


def _mirror_wide_hold(site: Any, session: Session, order: Order) -> None:
    """One paper for the whole order: a hundred thousand case files need no hundred thousand papers."""
    paper = _paper(site["lenh-giu"], "Hold", order.id, order.reason[:120], order.agency_code)
    _write(paper, hold_id=order.id, case_file_id="")
    in_force = select(Hold.id).where(Hold.order_id == order.id, Hold.lifted_at.is_(None)).limit(1)
    move(paper, HOLD, "lifted" if session.scalar(in_force) is None else "placed")


def _of_kind(kind: OrderKind) -> Select[Order]:
    return select(Order).where(Order.kind == kind)


def _paper(folder: Any, portal_type: str, name: str, title: str, agency: str) -> Any:
    name = name.replace("*", "all")
    if name not in folder.objectIds():
        # Set directly: the types are not addable by hand, and Plone's chooser would change the id, so that the
        # next mirroring would not find its own paper.
        folder._setObject(name, createContent(portal_type, id=name, title=title))
    paper = folder[name]
    if paper.title != title:
        paper.title = title
        paper.reindexObject(idxs=["Title", "sortable_title"])
    _share(paper, agency)
    return paper


def _share(paper: Any, agency: str) -> None:
    """Give the groups of this agency, and of all agencies, their roles on the paper; nobody else has any."""
    wanted = {
        group_id(code, role): (name,) for role, name in PAPER_ROLES.items() for code in (agency, ALL_AGENCIES)
    }
    held = {
        who: tuple(roles) for who, roles in paper.get_local_roles() if set(roles) & set(PAPER_ROLES.values())
    }
    if held == wanted:
        return
    paper.manage_delLocalRoles(list(held))
    for group, roles in wanted.items():
        paper.manage_setLocalRoles(group, roles)
    paper.reindexObjectSecurity()


def _write(paper: Any, **values: Any) -> None:
    for name, value in values.items():
        if getattr(paper, name, None) != value:
            setattr(paper, name, value)


def _push(paper: Any, *transitions: str) -> None:
    with api.env.adopt_roles(["Manager"]):
        for transition in transitions:
            api.content.transition(paper, transition=transition)


def move(paper: Any, workflow: Workflow, target: str) -> None:
    """Walk the paper to the target state over the table's transitions; nothing when it is there."""
    _push(paper, *way(workflow, api.content.get_state(paper), target))


def way(workflow: Workflow, source: str, target: str) -> tuple[str, ...]:
    """Return the shortest run of transitions from one state to another; empty when there is none.

    There is none when people or an old backup left the paper further than the register: the paper stays,
    the register is still what counts.
    """
    ways: dict[str, tuple[str, ...]] = {source: ()}
    queue = [source]
    for state in queue:
        for transition, step in workflow.transitions.items():
            if state in step.sources and step.target not in ways:
                ways[step.target] = (*ways[state], transition)
                queue.append(step.target)
    return ways.get(target, ())
