"""The mirror: papers in Plone follow the register, which is the truth (design sections 2 and 8).

Safe to run at any time and any number of times. A paper that people have written on is never taken away;
only its title, and a hold's state, follow.
"""

from __future__ import annotations

from typing import Any

from plone import api
from plone.dexterity.utils import createContent
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.decisions import Hold, Order, OrderKind, OrderState
from archive.register.models import Agency, CaseFile, Fonds, Regime
from archive.register.session import reading
from archive.viewer import ALL_AGENCIES
from portal.roles import PAPER_ROLES, group_id
from portal.workflows import HOLD, UNDER_R2, Workflow
from retention.states import State


def mirror_all(site: Any) -> None:
    """Bring every paper up to the register's state."""
    with reading() as session:
        for agency in session.scalars(select(Agency).order_by(Agency.code)):
            paper = _paper(site["phong"], "Agency", f"agency-{agency.code}", agency.name, agency.code)
            _write(paper, code=agency.code, profile=agency.profile)
        for fonds in session.scalars(select(Fonds).order_by(Fonds.code)):
            paper = _paper(site["phong"], "Fonds", f"fonds-{fonds.code}", fonds.name, fonds.agency_code)
            _write(paper, code=fonds.code, agency_code=fonds.agency_code)
        for order in session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION)):
            _mirror_order(site, session, order)
        for hold in session.scalars(select(Hold)):
            _mirror_hold(site, session, hold)


def mirror_order(site: Any, session: Session, order_id: str) -> None:
    """Bring the paper of one destruction order up to date."""
    order = session.get(Order, order_id)
    if order is not None and order.kind == OrderKind.DESTRUCTION:
        _mirror_order(site, session, order)


def is_behind(site: Any, order: Order) -> bool:
    """Say whether an order was carried out and its paper, ready for it, does not show it yet."""
    folder = site["danh-muc-huy"]
    return (
        order.state == OrderState.DONE
        and order.id in folder.objectIds()
        and api.content.get_state(folder[order.id]) == State.HANDED_OVER
    )


def mirror_holds(site: Any, session: Session, case_file_id: str) -> None:
    """Bring the papers of one case file's holds up to date."""
    for hold in session.scalars(select(Hold).where(Hold.case_file_id == case_file_id)):
        _mirror_hold(site, session, hold)


def _mirror_order(site: Any, session: Session, order: Order) -> None:
    """Make the dossier's paper. Its legal state is people's to push, but for what the machine did itself."""
    ids = [item.case_file_id for item in order.items]
    regimes = set(session.scalars(select(CaseFile.regime).where(CaseFile.id.in_(ids))))
    # One file under the new law puts the whole list under it: the stricter deadlines (our reading).
    regime = Regime.R2 if Regime.R2 in regimes else Regime.R1
    paper = _paper(site["danh-muc-huy"], "DisposalList", order.id, order.document_number, order.agency_code)
    _write(paper, order_id=order.id, agency_code=order.agency_code, regime=regime.value)
    state = api.content.get_state(paper)
    if regime == Regime.R2 and state == State.LISTED:
        _push(paper, UNDER_R2)
    elif order.state == OrderState.DONE and state == State.HANDED_OVER:
        _push(paper, f"{regime.value.lower()}-destroy")


def _mirror_hold(site: Any, session: Session, hold: Hold) -> None:
    agency = session.get_one(CaseFile, hold.case_file_id).agency_code
    paper = _paper(site["lenh-giu"], "Hold", hold.id, hold.reason[:120], agency)
    _write(paper, hold_id=hold.id, case_file_id=hold.case_file_id)
    move(paper, HOLD, "placed" if hold.lifted_at is None else "lifted")


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
