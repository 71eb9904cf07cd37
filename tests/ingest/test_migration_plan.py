"""What a preservation plan is: states, people, choices. No register."""

from __future__ import annotations

import pytest

from archive.errors import NotAllowedError
from archive.register.preservation import PlanState
from archive.viewer import Role, Viewer
from ingest.errors import IngestError
from ingest.migration.plan import (
    MAY,
    SECOND_PERSON,
    TRANSITIONS,
    Did,
    Wanted,
    checked,
    follows,
    open_to,
    role_for,
)

AGENCY = "000.00.01.H37"
P, D = PlanState, Did


@pytest.mark.parametrize(
    ("before", "did", "after"),
    [
        (P.PROPOSED, D.APPROVE, P.APPROVED),
        (P.PROPOSED, D.REFUSE, P.REFUSED),
        (P.APPROVED, D.RUN, P.RUNNING),
        (P.RUNNING, D.PAUSE, P.PAUSED),
        (P.PAUSED, D.RUN, P.RUNNING),
        (P.RUNNING, D.STOP, P.DONE),
        (P.PAUSED, D.STOP, P.DONE),
        (P.RUNNING, D.FINISH, P.DONE),
        (P.DONE, D.CONFIRM, P.CONFIRMED),
        (P.DONE, D.REVERSE, P.REVERSING),
        (P.REVERSING, D.FINISH, P.REVERSED),
    ],
)
def test_a_plan_takes_these_steps(before: PlanState, did: Did, after: PlanState) -> None:
    assert follows(before, did, actor="mai", proposed_by="lan") is after


def test_every_other_step_is_refused() -> None:
    for state in PlanState:
        for did in Did:
            if (state, did) not in TRANSITIONS:
                with pytest.raises(IngestError):
                    follows(state, did, actor="mai", proposed_by="lan")


@pytest.mark.parametrize("state", [P.CONFIRMED, P.REVERSED, P.REFUSED])
def test_nothing_follows_on_an_end(state: PlanState) -> None:
    assert open_to(state) == frozenset()


@pytest.mark.parametrize("did", sorted(SECOND_PERSON))
def test_nobody_approves_or_confirms_what_they_proposed(did: Did) -> None:
    before = next(state for state, step in TRANSITIONS if step is did)
    for name in ("lan", "LAN", " Lan "):
        with pytest.raises(NotAllowedError):
            follows(before, did, actor=name, proposed_by="lan")


@pytest.mark.parametrize("did", sorted(MAY))
def test_other_roles_may_do_nothing_with_a_plan(did: Did) -> None:
    for role in set(Role) - MAY[did]:
        with pytest.raises(NotAllowedError):
            role_for(did, Viewer("an", {"*": frozenset({role})}), AGENCY)


def test_an_archivist_of_one_agency_proposes_nothing_for_another_or_for_all() -> None:
    lan = Viewer("lan", {AGENCY: frozenset({Role.ARCHIVIST})})
    assert role_for(Did.PROPOSE, lan, AGENCY) is Role.ARCHIVIST
    for other in ("000.00.02.H37", ""):
        with pytest.raises(NotAllowedError):
            role_for(Did.PROPOSE, lan, other)
    assert role_for(Did.PROPOSE, Viewer("an", {"*": frozenset({Role.ADMINISTRATOR})}), "")


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        (Wanted(), "2b"),
        (Wanted(puid="doc"), "2b"),
        (Wanted(puid="fmt/40' OR 1=1"), "2b"),
        (Wanted(flavour="9z"), "2b"),
        (Wanted(flavour="1b"), "4f"),
        (Wanted(flavour="2b"), "2b"),
        (Wanted(tool="rm"), "2b"),
        (Wanted(tool_version="7.4", flavour="1b"), "2b"),
        (Wanted(tool="LibreOffice", tool_version='7"]'), "2b"),
    ],
)
def test_a_choice_nobody_can_carry_out_is_refused(wanted: Wanted, target: str) -> None:
    with pytest.raises(IngestError):
        checked(wanted, target)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(puid="fmt/40"),
        Wanted(flavour="1b"),
        Wanted(flavour="2b", tool="Ghostscript"),
        Wanted(tool="LibreOffice", tool_version="LibreOffice 7.4.7.2 40(Build:2)"),
    ],
)
def test_a_choice_that_says_something_is_taken(wanted: Wanted) -> None:
    checked(wanted, "2b")
