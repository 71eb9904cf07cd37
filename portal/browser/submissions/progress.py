"""How far a delivery is: its steps in words, and what each shows."""

from __future__ import annotations

import hashlib
import json

from archive.register.models import STATES_OPEN, Submission, SubmissionState
from ingest.pipeline import route
from portal.i18n import _

STEP_TITLES = {
    "unpack": _("Unpacked"),
    "heed": _("Read what it asks"),
    "join": _("Gathered"),
    "scan": _("Scanned"),
    "look": _("Looked into"),
    "gather": _("Waits"),
    "check": _("Checked"),
    "normalise": _("PDF/A made"),
    "decide": _("Decided"),
    "pack": _("Packaged"),
    "deposit": _("Deposited"),
    "keep": _("Kept"),
}
STOPPED = frozenset({SubmissionState.RETURNED, SubmissionState.REFUSED})


def step_states(submission: Submission) -> dict[str, str]:
    """Return what each pipeline step shows: done, now, wait, stop, or "" for not yet."""
    done = {step.step: step for step in submission.steps}
    states: dict[str, str] = {}
    reached = False
    for name in route(submission.kind):
        if name in done:
            stopped = submission.state in STOPPED and done[name].outcome in ("return", "refuse")
            waits = done[name].outcome in ("wait", "gather") and submission.state in (
                "to-decide",
                "gathering",
            )
            states[name] = "stop" if stopped else "wait" if waits else "done"
            continue
        first_open = not reached
        reached = True
        if first_open and submission.state in STATES_OPEN:
            states[name] = "wait" if submission.waiting else "now"
        elif first_open and submission.state == SubmissionState.TO_DECIDE:
            states[name] = "wait"
        elif first_open and submission.state in STOPPED and not any(s == "stop" for s in states.values()):
            states[name] = "stop"
        else:
            states[name] = ""
    return states


def version(submission: Submission) -> str:
    """Return a short mark that changes whenever the page would look different."""
    facts = [submission.state, submission.waiting, *(step.step for step in submission.steps)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
