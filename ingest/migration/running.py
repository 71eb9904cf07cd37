"""Plans carried out in the background, one case file at a time: made, or taken back. A kill costs that case file only.

What a run did is in the register and the ledger as soon as it is done, so the next run goes on where this one ended. A
case file that cannot be made now (a store is away, a tool is missing) is left for the next run; after a few of these in
a row the run ends, since the next would fare no better.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.alone import alone
from archive.errors import TangThuError, TemporaryError
from archive.ledger.append import be_only_writer
from archive.reason import Reason, as_json, as_text, because
from archive.register.preservation import (
    STATES_MADE,
    ItemState,
    PlanState,
    PreservationItem,
    PreservationPlan,
)
from archive.register.session import reading, transaction
from archive.stores.interface import Store
from archive.withdrawing import withdraw
from ingest.migration.failing import note_error
from ingest.migration.making import Moment, abandon, make
from ingest.migration.noting import of_file, of_plan
from ingest.migration.plan import Did, follows

log = logging.getLogger(__name__)

RUN_SECONDS = 240.0
IN_A_ROW = 3
AT_WORK = (PlanState.RUNNING, PlanState.REVERSING)
WAITS = (ItemState.MAKING, ItemState.WAITING)
TAKEN_BACK = (ItemState.REVERSING, *sorted(STATES_MADE))
TO_DO = {PlanState.RUNNING: WAITS, PlanState.REVERSING: TAKEN_BACK}


@dataclass
class Ran:
    """What one run did: case files by what became of them, and those that wait for another run."""

    became: dict[ItemState, int] = field(default_factory=dict)
    waiting: int = 0

    @property
    def done(self) -> int:
        """Return how many case files were dealt with."""
        return sum(self.became.values())


def run(
    now: datetime,
    *,
    seconds: float = RUN_SECONDS,
    only: str = "",
    places: Sequence[Store] | None = None,
) -> Ran:
    """Go on with the plans that run or are being reversed, the one that began first first.

    Opens its own transactions; none is open while anything is converted.

    Args:
        now: aware time; the run's clock begins there.
        seconds: no case file is begun after.
        only: id of a plan, to go on with that one alone.
        places: stores instead of the configured ones.

    Raises:
        TemporaryError: another run is at it.
    """
    ran, began = Ran(), time.monotonic()

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    with alone("the preservation plans"):
        _clear_up(moment, places)
        for plan_id in _plans(only):
            _one(plan_id, ran, began + seconds, moment, places)
    return ran


def _plans(only: str) -> list[str]:
    query = select(PreservationPlan.id).where(PreservationPlan.state.in_(AT_WORK))
    if only:
        query = query.where(PreservationPlan.id == only)
    with reading() as session:
        return list(session.scalars(query.order_by(PreservationPlan.began_at, PreservationPlan.id)))


def _one(plan_id: str, ran: Ran, until: float, moment: Moment, places: Sequence[Store] | None) -> None:
    """Go on with one plan as long as it is to be gone on with: a pause counts from the next case file on."""
    later: set[str] = set()
    troubles: list[Reason] = []
    while time.monotonic() < until and len(troubles) < IN_A_ROW:
        with reading() as session:
            state = PlanState(session.get_one(PreservationPlan, plan_id).state)
            if state not in TO_DO:
                return
            case_file_id = _next(session, plan_id, TO_DO[state], later)
        if case_file_id is None:
            break
        try:
            became = (
                make(plan_id, case_file_id, moment=moment, places=places)
                if state is PlanState.RUNNING
                else withdraw(plan_id, case_file_id, now=moment(), places=places)
            )
        except TemporaryError as error:
            log.warning("plan %s, case file %s waits: %s", plan_id, case_file_id, error)
            later.add(case_file_id)
            troubles.append(error.reason)
            continue
        except TangThuError as error:
            log.error("plan %s passes over case file %s: %s", plan_id, case_file_id, error)
            if state is PlanState.RUNNING:
                note_error(plan_id, case_file_id, error, now=moment())
                became = ItemState.PASSED
            elif (became := _not_taken_back(plan_id, case_file_id, error, moment())) is ItemState.REVERSING:
                later.add(case_file_id)
                continue
        troubles.clear()
        ran.became[became] = ran.became.get(became, 0) + 1
    ran.waiting += len(later)
    _end(plan_id, troubles, moment())


def _not_taken_back(plan_id: str, case_file_id: str, error: TangThuError, now: datetime) -> ItemState:
    """Note trouble that trying again does not mend; return how the item stands.

    A version that is still the case file's stays. One whose bytes are being erased is no longer one: its item waits.
    """
    with transaction() as session:
        be_only_writer(session)
        item = session.get_one(PreservationItem, (plan_id, case_file_id), populate_existing=True)
        if item.state in STATES_MADE:
            why = because("ingest.migration-error", kind=type(error).__name__)
            of_file(session, plan_id, case_file_id, {"did": "left", "why": [as_json(why)]}, now=now)
        before = [one for one in json.loads(item.told or "[]") if "document" in one]
        item.told = json.dumps([*before, {"why": as_json(error.reason)}], ensure_ascii=False)
        return ItemState(item.state)


def _next(session: Session, plan_id: str, states: Sequence[str], later: set[str]) -> str | None:
    """Return the case file that comes next: what was begun first, then in the order of their identifiers."""
    query = (
        select(PreservationItem.case_file_id)
        .where(PreservationItem.plan_id == plan_id, PreservationItem.state.in_(states))
        .order_by(PreservationItem.state != states[0], PreservationItem.case_file_id)
        .limit(len(later) + 1)
    )
    return next((id for id in session.scalars(query) if id not in later), None)


def _end(plan_id: str, troubles: Sequence[Reason], now: datetime) -> None:
    """Note why the run waits, or that nothing is left."""
    with transaction() as session:
        be_only_writer(session)
        plan = session.get_one(PreservationPlan, plan_id, populate_existing=True)
        plan.trouble = as_text(troubles[-1:])
        state = PlanState(plan.state)
        left = select(func.count()).where(
            PreservationItem.plan_id == plan_id, PreservationItem.state.in_(TO_DO.get(state, ()))
        )
        if state in TO_DO and not session.scalar(left):
            after = follows(state, Did.FINISH, actor="system:migration", proposed_by=plan.proposed_by)
            of_plan(session, plan_id, {"did": Did.FINISH.value, "state": after.value}, now=now)


def _clear_up(moment: Moment, places: Sequence[Store] | None) -> None:
    """Clear away what killed runs left of plans that were stopped meanwhile."""
    query = (
        select(PreservationItem.plan_id, PreservationItem.case_file_id)
        .join(PreservationPlan, PreservationPlan.id == PreservationItem.plan_id)
        .where(
            PreservationItem.state == ItemState.MAKING,
            PreservationPlan.state.not_in((PlanState.RUNNING, PlanState.PAUSED)),
        )
    )
    with reading() as session:
        left = session.execute(query).all()
    for plan_id, case_file_id in left:
        try:
            abandon(plan_id, case_file_id, now=moment(), places=places)
        except TemporaryError as error:
            log.warning("plan %s, case file %s is cleared away later: %s", plan_id, case_file_id, error)
