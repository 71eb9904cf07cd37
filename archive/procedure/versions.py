"""Since when a rule binds: history is judged by the rules of its day, a step that is being taken by those of today.

A rule that comes later would otherwise find fault with what was lawful when it was done, and strand the list. Pure.
"""

from __future__ import annotations

from archive.procedure.story import Happened, Story

PROCEDURE = 2
"""Version of the procedure, in the payload of each list that is made.

1: of 2026, without what 2 added.
2: no paper before its law; no minutes before the letter; no kept document let go after the decision.
"""
DAYS_AND_KEPT = 2
"""Version that brought those rules."""


def binds(story: Story, happened: Happened, since: int) -> bool:
    """Say whether a rule that came with a version judges this step of a list.

    Args:
        story: up to the step; it knows the version its list was made under.
        happened: the step, written or about to be.
        since: the version that brought the rule.
    """
    return not happened.seq or story.procedure >= since
