"""Any order of hold, lift, list, vote, decide, carry out and kill: a hold and an unexpired period always win.

A thousand runs in four parts; each step is drawn by hypothesis (`interleaved_machine.py`), done by a real house
(`interleaved_office.py`), and held against rules written down apart from it (`interleaved_model.py`). `tests/README.md`
says how to draw others than those of CI.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from interleaved_house import House, a_house
from interleaved_machine import Interleaved

from retention import erasure

RUNS = int(os.environ.get("INTERLEAVINGS", "250"))
"""In each of four parts."""
STEPS = 11
NIGHTLY = settings.get_current_profile_name() == "nightly"
SETTINGS = settings(
    max_examples=RUNS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    derandomize=not NIGHTLY,
    print_blob=True,
    # Making a failing run shorter takes minutes; its steps are printed as they were drawn.
    phases=[Phase.generate, Phase.shrink] if NIGHTLY else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class First(Interleaved):
    """A part of the runs; each part draws its own."""


class Second(Interleaved):
    """A part of the runs."""


class Third(Interleaved):
    """A part of the runs, in which the case files of a list go together at once."""

    first_wave = 8


class Fourth(Interleaved):
    """Another such part."""

    first_wave = 8


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with a_house(monkeypatch) as made:
        yield made


LEAST = {
    "destroyed R1": 50,
    "destroyed R2": 40,
    "list R1": 15,
    "list R2": 15,
    "decided R1": 4,
    "decided R2": 4,
    "crashed between holders": 4,
    "held mid-run": 4,
    "held with copies erased": 2,
    "lift": 10,
    "rebuilt": 5,
    "vote": 50,
    "execute refused": 10,
    "decide refused": 10,
    "release refused": 10,
}
"""What each part must reach in 250 runs, well below what it does: a machine that stops reaching it shows nothing."""


@pytest.mark.timeout(3600)  # of a machine that others use too
@pytest.mark.parametrize("part", [First, Second, Third, Fourth])
def test_what_must_stay_stays_and_what_must_go_goes(
    part: type[Interleaved], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "FIRST", part.first_wave)
    part.house, part.tally, part.scenes = house, Counter(), {}
    run_state_machine_as_test(part, settings=SETTINGS)
    print(dict(sorted(part.tally.items())))
    assert part.tally["run"] >= RUNS
    if RUNS >= 250:
        assert {what: part.tally[what] for what, least in LEAST.items() if part.tally[what] < least} == {}
