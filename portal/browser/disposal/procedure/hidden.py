"""On which case files of a list somebody does not see yet how others voted. Pure."""

from __future__ import annotations

from archive.procedure.seats import LEADS
from archive.procedure.story import Story
from archive.viewer import Role, Viewer

_FOLLOW = (Role.HEAD, Role.AUDITOR, Role.ARCHIVIST)


def hidden_votes(story: Story, viewer: Viewer) -> frozenset[str]:
    """Return the case files on which this person does not see yet how others voted. Pure.

    The law is silent on it; our rule: until the council has concluded, a member sees the votes of others after the own
    one; chair and secretary, and who is on no seat with a vote but head, auditor or archivist there, see them at once.
    """
    if story.conclusion is not None:
        return frozenset()
    member = story.council.named(viewer.name) if story.council else None
    if member is not None and member.seat in LEADS:
        return frozenset()
    everything = frozenset(story.items) | frozenset(story.left)
    if member is not None and member in story.voters:
        return everything - story.votes_of(viewer.name).keys()
    follows = any(viewer.has(role, story.agency_code) for role in _FOLLOW)
    return frozenset() if follows else everything
