"""The table of states hangs together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from itertools import pairwise

import pytest
from linked_files import LAN, chosen, listed, two
from procedure_people import R2_ENDED, decide, hands_nothing_over, on, paper, walked
from retention_town import AN, BINH, HEAD, NOW, TODAY, Town, copies_of, person, place
from sqlalchemy import update

from archive.errors import ArchiveError
from archive.holders import Erasure, Target
from archive.procedure.states import START, STATES_END, TRANSITIONS, State, allowed, transitions_from
from archive.procedure.story import Verdict
from archive.register.decisions import Order
from archive.register.models import CaseFile, Regime
from archive.register.session import reading, transaction
from archive.viewer import Role
from operations.authenticators import code_of
from retention.conditions import CONDITIONS
from retention.destruction import execute
from retention.procedure import deciding, listing, opinion
from retention.procedure.deciding import NewDecision


def reachable(regime: Regime) -> set[State]:
    seen, todo = set(), [START[regime]]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo.extend(step.target for step in transitions_from(state, regime))
    return seen


@pytest.mark.parametrize(
    ("regime", "road"),
    [
        (
            Regime.R1,
            ["listed", "council-review", "opinion-requested", "opinion-given", "decided", "handed-over",
             "destroyed", "closed"],
        ),
        (Regime.R2, ["auto-listed", "council", "appraisal", "decided", "handed-over", "destroyed", "closed"]),
        (Regime.R2, ["auto-listed", "council", "decided"]),
    ],
)  # fmt: skip
def test_the_road_of_each_regime_is_there(regime: Regime, road: list[str]) -> None:
    for here, there in pairwise(road):
        assert any(step.target == there for step in transitions_from(State(here), regime)), (here, there)


@pytest.mark.parametrize("regime", Regime)
def test_every_state_is_reached_and_only_ends_have_no_way_out(regime: Regime) -> None:
    states = reachable(regime)
    assert states == {s for step in TRANSITIONS if step.regime == regime for s in (step.source, step.target)}
    assert {state for state in states if not transitions_from(state, regime)} == states & STATES_END


def test_the_same_step_from_the_same_state_is_there_once() -> None:
    keys = [(step.regime, step.source, step.id) for step in TRANSITIONS]
    assert len(keys) == len(set(keys))


def test_every_condition_has_its_words() -> None:
    assert {code for step in TRANSITIONS for code in step.conditions} <= set(CONDITIONS)


def test_nothing_is_destroyed_before_it_was_decided_and_handed_over() -> None:
    assert {step.source for step in TRANSITIONS if step.target == State.DESTROYED} == {State.HANDED_OVER}
    assert {step.actor for step in TRANSITIONS if step.target == State.DECIDED} == {Role.HEAD}


@pytest.mark.parametrize(
    "role", [Role.RESEARCHER, Role.AUDITOR, Role.ADMINISTRATOR, Role.OFFICIAL, Role.CLERK]
)
@pytest.mark.parametrize("regime", Regime)
def test_these_roles_take_no_step_at_all(role: Role, regime: Regime) -> None:
    assert not any(allowed(step.source, regime, step.id, role) for step in TRANSITIONS)


def test_what_is_not_in_the_table_is_not_allowed() -> None:
    assert allowed(State.LISTED, Regime.R1, "submit", Role.ARCHIVIST)
    assert not allowed(State.LISTED, Regime.R2, "submit", Role.ARCHIVIST)
    assert not allowed(State.LISTED, Regime.R1, "decide", Role.HEAD)


def _approved(town: Town, **facts: object) -> str:
    return town.ordered(town.store("01", **facts))  # type: ignore[arg-type]


def _hold(town: Town) -> None:
    order_id = _approved(town)
    with reading() as session:
        (case_file_id,) = [item.case_file_id for item in session.get_one(Order, order_id).items]
    place(case_file_id)
    execute(order_id, viewer=BINH, now=NOW)


def _not_due(town: Town) -> None:
    order_id = _approved(town)
    with transaction() as session:
        session.execute(update(CaseFile).values(eligible_from=date(2999, 1, 1)))
    execute(order_id, viewer=BINH, now=NOW)


def _second_hat(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    decide(story, viewer=person("cuong", Role.COUNCIL, Role.HEAD))


def _own_list(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    decide(story, viewer=person("an", Role.HEAD))


def _no_conclusion(town: Town) -> None:
    story = walked(town.store("01"), to=State.COUNCIL_REVIEW)
    with transaction() as session:
        opinion.request(session, story.order_id, paper(), viewer=HEAD, now=NOW)


def _needless(town: Town) -> None:
    hands_nothing_over()
    story = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.COUNCIL)
    with transaction() as session:
        opinion.request(session, story.order_id, paper(), viewer=HEAD, now=NOW)


def _alone(town: Town) -> None:
    decide(walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.COUNCIL))


def _early(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    decide(story, paper=paper("12/QĐ", TODAY - timedelta(days=1)))


def _late(town: Town) -> None:
    decided = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.DECIDED)
    order_id = on(decided, now=NOW + timedelta(days=15)).order_id
    execute(order_id, viewer=BINH, now=NOW + timedelta(days=16))


def _silent_holder(town: Town) -> None:
    class Silent:
        name = "silent"

        def erase(self, target: Target) -> Erasure:
            return Erasure(self.name, "1 copy", "clear", NOW, gone=False)

    outcome = execute(_approved(town), viewer=BINH, now=NOW, ask=[Silent()])
    assert outcome.finished, "not finished: silent gave no receipt"


def _one_factor(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    shown = NewDecision(paper("12/QĐ"), "Giám đốc", story.list_sha256)
    with transaction() as session:
        code_of(session, HEAD, now=NOW)  # the authenticator is there, its code was not given
        deciding.decide(session, story.order_id, shown, viewer=HEAD, now=NOW)


def _no_reason(town: Town) -> None:
    story = walked(town.store("01"), to=State.OPINION_GIVEN)
    with transaction() as session:
        opinion.reject(session, story.order_id, reason=" ", viewer=HEAD, now=NOW)


def _unnamed(town: Town) -> None:
    story = walked(town.store("01", regime="R2", ended=R2_ENDED), to=State.APPRAISAL)
    with transaction() as session:
        opinion.record(session, story.order_id, paper("3"), Verdict.AGAINST, viewer=AN, now=NOW)
        opinion.reject(session, story.order_id, reason="x", viewer=HEAD, now=NOW)


def _not_kept(town: Town) -> None:
    files = two(town.folder, goes="01")
    order_id = listed(files)
    chosen(order_id, files.link())
    with transaction() as session:
        listing.submit(session, order_id, viewer=LAN, now=NOW, linked="đi")


BROKEN: dict[str, tuple[Callable[[Town], None], str]] = {
    "all-due": (_not_due, "not over before"),
    "none-held": (_hold, "is held"),
    "not-proposer": (_own_list, "nobody approves what they proposed"),
    "not-council": (_second_hat, "took part in the council"),
    "majority": (_no_conclusion, "has not concluded"),
    "opinion-needed": (_needless, "decides without an appraisal"),
    "no-opinion-needed": (_alone, "must be an appraisal"),
    "opinion-dated": (_early, "before the opinion"),
    "two-factors": (_one_factor, "not proven both factors"),
    "within-15-days": (_late, "15 days"),
    "all-receipts": (_silent_holder, "gave no receipt"),
    "linked-kept": (_not_kept, "is to be kept in case file 02.2014 first"),
    "reason": (_no_reason, "a reason is missing"),
    "opinion-named": (_unnamed, "must be named"),
}


def test_every_condition_left_to_the_vault_is_broken_by_a_test() -> None:
    assert set(BROKEN) == set(CONDITIONS)


@pytest.mark.parametrize("code", BROKEN)
def test_what_the_vault_keeps_cannot_be_passed_over(town: Town, code: str) -> None:
    act, why = BROKEN[code]
    with pytest.raises((ArchiveError, AssertionError), match=why):
        act(town)
    assert copies_of("01")


def test_each_condition_names_what_asks_it() -> None:
    for one in CONDITIONS.values():
        module, _, name = one.where.rpartition(".")
        assert callable(getattr(import_module(module), name))
