"""The table of states hangs together."""

from __future__ import annotations

from itertools import pairwise

import pytest

from archive.register.models import Regime
from archive.viewer import Role
from retention.states import (
    CONDITIONS,
    START,
    STATES_END,
    TRANSITIONS,
    State,
    allowed,
    transitions_from,
)


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
