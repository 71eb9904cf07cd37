"""How plans stand: for whoever may see them, with what was done, what is left, and why something was not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.reason import Reason, because, from_json, from_text
from archive.register.models import CaseFile
from archive.register.preservation import ItemState, PlanState, PreservationItem, PreservationPlan
from archive.seen_at import seen_at
from archive.viewer import ALL_AGENCIES, Access, Role, Viewer
from ingest.errors import IngestError
from ingest.migration.plan import MAY, SEES, Did, follows, open_to, role_for

NOT_AS_WANTED = (ItemState.FAILED, ItemState.PARTLY, ItemState.PASSED, ItemState.LEFT)


@dataclass(frozen=True)
class Standing:
    """A plan and how far it is.

    Attributes:
        items: case files by state.
        made, failed: files that were made anew, and those that were not.
        open_to: what may be done with it now, by people who may.
    """

    plan: PreservationPlan
    items: Mapping[ItemState, int]
    made: int
    failed: int

    @property
    def left(self) -> int:
        """Return how many case files are still to be dealt with."""
        if self.plan.state == PlanState.REVERSING:
            return sum(
                self.items.get(one, 0) for one in (ItemState.MADE, ItemState.PARTLY, ItemState.REVERSING)
            )
        return sum(self.items.get(one, 0) for one in (ItemState.WAITING, ItemState.MAKING))

    @property
    def open_to(self) -> frozenset[Did]:
        """Return what people may do with it now."""
        return open_to(PlanState(self.plan.state))


@dataclass(frozen=True)
class Told:
    """A case file that did not become what the plan wanted.

    Attributes:
        code: "" when the viewer is not told it: an administrator sees identifiers only.
        readable: the viewer may read the case file, and so what tools said of it.
        failed: (document, file, rule code, what the tool said or None) of each file that failed.
        why: why the case file was passed over or left; may name its code.
    """

    case_file_id: str
    code: str
    readable: bool
    state: ItemState
    at: datetime | None
    failed: tuple[tuple[int, int, str, Reason | None], ...]
    why: tuple[Reason, ...]


def may_see(viewer: Viewer) -> bool:
    """Say whether somebody may see plans at all."""
    return bool(viewer.agencies_with(SEES))


def plans(session: Session, *, viewer: Viewer, limit: int = 50) -> list[Standing]:
    """Return the plans the viewer may see, the newest first: those of the own agencies, and those for all.

    Raises:
        NotAllowedError: the viewer may see none.
    """
    if not may_see(viewer):
        raise NotAllowedError(because("ingest.migration-who-sees", who=viewer.name))
    seen = or_(PreservationPlan.agency_code == "", seen_at(viewer, PreservationPlan.agency_code, SEES))
    query = select(PreservationPlan).where(seen)
    query = query.order_by(PreservationPlan.proposed_at.desc(), PreservationPlan.id).limit(limit)
    return [_standing(session, plan) for plan in session.scalars(query)]


def plan_of(session: Session, plan_id: str, *, viewer: Viewer) -> Standing:
    """Return one plan.

    Raises:
        NotFoundError: there is none that the viewer may see.
    """
    plan = session.get(PreservationPlan, plan_id)
    codes = viewer.agencies_with(SEES)
    if plan is None or not (codes and (not plan.agency_code or codes & {plan.agency_code, ALL_AGENCIES})):
        raise NotFoundError(because("ingest.migration-no-plan", plan=plan_id))
    return _standing(session, plan)


def told_by_name(viewer: Viewer, agency_code: str, access: str) -> bool:
    """Say whether somebody is told a case file's code: who may read it, and the auditor of its agency."""
    return viewer.may_read(agency_code, access) or (
        access != Access.SECRET and viewer.has(Role.AUDITOR, agency_code)
    )


def may(plan: PreservationPlan, did: Did, viewer: Viewer) -> bool:
    """Say whether somebody may do that with a plan now; the act asks again."""
    try:
        role_for(did, viewer, plan.agency_code)
        follows(PlanState(plan.state), did, actor=viewer.name, proposed_by=plan.proposed_by)
    except (NotAllowedError, IngestError, KeyError):
        return False
    return True


def may_try(plan: PreservationPlan, viewer: Viewer) -> bool:
    """Say whether somebody may have a plan tried out: who may propose or approve it."""
    codes = viewer.agencies_with(MAY[Did.PROPOSE] | MAY[Did.APPROVE])
    return bool(codes & {plan.agency_code or ALL_AGENCIES, ALL_AGENCIES})


def not_as_wanted(
    session: Session, plan_id: str, *, viewer: Viewer, limit: int = 100, after: str = ""
) -> Iterator[Told]:
    """Yield the case files that did not become what the plan wanted, of the agencies the viewer sees plans of.

    Args:
        session: on the register.
        plan_id: of a plan the viewer may see.
        viewer: who asks.
        limit: how many at most.
        after: those after this identifier.
    """
    query = (
        select(PreservationItem, CaseFile)
        .join(CaseFile, CaseFile.id == PreservationItem.case_file_id)
        .where(
            PreservationItem.plan_id == plan_id,
            or_(PreservationItem.state.in_(NOT_AS_WANTED), PreservationItem.why != ""),
            PreservationItem.case_file_id > after,
            seen_at(viewer, CaseFile.agency_code, SEES),
        )
        .order_by(PreservationItem.case_file_id)
        .limit(limit)
    )
    for item, row in session.execute(query):
        readable = viewer.may_read(row.agency_code, row.access)
        said = {
            (one["document"], one["file"]): from_json(one["why"])
            for one in json.loads(item.told or "[]")
            if "document" in one
        }
        failed = tuple(
            (
                one["document"],
                one["file"],
                one["code"],
                said.get((one["document"], one["file"])) if readable else None,
            )
            for one in item.failed
        )
        named = told_by_name(viewer, row.agency_code, row.access)
        yield Told(
            row.id,
            row.code if named else "",
            readable,
            ItemState(item.state),
            item.at,
            failed,
            from_text(item.why),
        )


def _standing(session: Session, plan: PreservationPlan) -> Standing:
    query = (
        select(
            PreservationItem.state,
            func.count(),
            func.coalesce(func.sum(PreservationItem.made), 0),
            func.coalesce(func.sum(PreservationItem.components), 0),
        )
        .where(PreservationItem.plan_id == plan.id)
        .group_by(PreservationItem.state)
    )
    items: dict[ItemState, int] = {}
    made = failed = 0
    for state, count, done, components in session.execute(query):
        items[ItemState(state)] = count
        if state in (ItemState.MADE, ItemState.PARTLY, ItemState.FAILED):
            made += int(done)
            failed += int(components) - int(done)
    return Standing(plan, items, made, failed)
