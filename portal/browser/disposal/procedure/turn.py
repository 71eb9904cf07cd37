"""Whose turn it is on a list: the one act that waits for a person, for the page they begin their day on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.procedure.story import Story
from archive.viewer import Viewer
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.next_act import acts, brings_forward
from portal.i18n import _

WAITS_OUTSIDE = frozenset({"record"})
"""Acts that wait for a letter of somebody else."""


@dataclass(frozen=True)
class Turn:
    """What waits for a person on a list.

    Attributes:
        act: of `next_act`.
        words: a message.
        tone: of its pill.
    """

    act: str
    words: Any
    tone: str = "wait"


def turn_on(story: Story, viewer: Viewer, *, submits: bool, runs: bool, now: datetime) -> Turn | None:
    """Return what waits for this person; None when it is somebody else's turn, or the machine's.

    Args:
        story: of the list.
        viewer: who looks.
        submits: the agency is on the source list, so an opinion is needed (R2).
        runs: a notice of its case files runs still, so that it is not submitted yet.
        now: aware time.
    """
    for act in acts(story, viewer, submits=submits, now=now):
        if not brings_forward(act, story) or (act == "submit" and runs) or (act == "execute" and story.begun):
            continue
        if act == "vote":
            left = len(story.not_voted(viewer.name))
            if not left:
                continue  # a vote may be changed, but nothing waits
            return Turn(act, _("Vote: ${number} case files are left", mapping={"number": left}))
        title = forms.FORMS[act].title
        return Turn(act, title, "quiet" if act in WAITS_OUTSIDE else "wait")
    return None
