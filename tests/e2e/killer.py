"""Run one submission's pipeline and kill this process at a named step, before or after the step did its work.

    python tests/e2e/killer.py SUBMISSION STEP before|after

The kill is SIGKILL: nothing is cleaned up, nothing is recorded. The step is wrapped through the pipeline's own
`steps` parameter.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

from ingest.pipeline import STEPS, advance
from ingest.steps.step import Outcome, Step, Work


def deadly(step: Step, when: str) -> Step:
    """Return the step, but the process dies before or after it."""

    def run(work: Work, now: datetime) -> Outcome:
        if when == "after":
            step(work, now)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    return run


if __name__ == "__main__":
    submission_id, name, when = sys.argv[1:]
    advance(submission_id, steps={**STEPS, name: deadly(STEPS[name], when)})
