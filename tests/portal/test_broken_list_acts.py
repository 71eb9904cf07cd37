"""A list whose events break its procedure is offered to be given up, and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.procedure.states import State
from archive.procedure.story import Story
from archive.reason import because
from archive.register.models import Regime
from archive.viewer import Role, Viewer
from portal.browser.disposal.procedure.next_act import acts

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EVERYBODY = Viewer("an", {"S": frozenset({Role.ARCHIVIST, Role.HEAD, Role.COUNCIL})})


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.LISTED, ("abort",)),
        (State.OPINION_GIVEN, ("abort",)),
        (State.DECIDED, ("refuse",)),
        (State.HANDED_OVER, ("refuse",)),
        (State.DESTROYED, ()),
        (State.KEEP, ()),
        (State.ABORTED, ()),
    ],
)
def test_it_can_only_be_given_up(state: State, offered: tuple[str, ...]) -> None:
    story = Story(
        "1", "S", Regime.R1, state, NOW, "an", "Thuyết minh", {"a": "1", "b": "2"},
        faults=(because("archive.past-procedure"),),
    )  # fmt: skip
    assert acts(story, EVERYBODY, submits=True, now=NOW) == offered
