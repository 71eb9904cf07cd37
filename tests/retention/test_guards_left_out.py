"""With one guard of a destruction left out the machine of the 1,000 runs fails: what it shows, it would notice.

Each guard is left out alone, in the code itself; the machine draws from where that guard matters, with few of its acts
(`interleaved_guards.py`), until it notices. `test_interleavings.py` shows that nothing is noticed while all are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from interleaved_guards import GUARDS, small
from interleaved_house import House, a_house
from interleaved_machine import Interleaved

from retention import erasure

SETTINGS = settings(
    max_examples=150,
    stateful_step_count=5,
    deadline=None,
    database=None,
    derandomize=True,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One house for all, and where runs begin, walked to while every guard is there."""
    with pytest.MonkeyPatch.context() as patch, a_house(patch) as made:
        Interleaved.house, Interleaved.tally, Interleaved.scenes = made, Counter(), {}
        for scene in sorted({scene for guard in GUARDS.values() for scene in guard.scenes}):
            Interleaved.prepare(scene)
        yield made
        del Interleaved.house, Interleaved.tally, Interleaved.scenes


@pytest.mark.timeout(600)  # of a machine that others use too
@pytest.mark.parametrize("guard", GUARDS)
def test_it_is_noticed_that_a_guard_is_left_out(
    guard: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out = GUARDS[guard]
    monkeypatch.setattr(erasure, "FIRST", left_out.first_wave)
    left_out.off(monkeypatch)
    Interleaved.tally.clear()
    with pytest.raises(AssertionError) as noticed:
        run_state_machine_as_test(small(left_out), settings=SETTINGS)
    print(f"noticed in run {Interleaved.tally['run']}: {noticed.value}")
    assert re.search(left_out.told, str(noticed.value)), noticed.value
