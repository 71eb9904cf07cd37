"""How the council's votes fell on the case files of a list's page, and the opinion: what chair and head go by."""

from __future__ import annotations

from typing import Any

from archive.procedure.ballots import Ballot
from archive.procedure.seats import Seat
from archive.procedure.story import Step, Story, Verdict
from archive.viewer import Role, Viewer, same_person
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.shown import ShownList
from portal.i18n import _

_LEADS = frozenset({Seat.CHAIR, Seat.SECRETARY})
_FOLLOW = (Role.HEAD, Role.AUDITOR, Role.ARCHIVIST)


def hidden_votes(story: Story, viewer: Viewer) -> frozenset[str]:
    """Return the case files on which this person does not see yet how others voted. Pure.

    The law is silent on it; our rule: until the council has concluded, a member sees the votes of others after the own
    one; chair and secretary, and who is on no seat with a vote but head, auditor or archivist there, see them at once.
    """
    if story.conclusion is not None:
        return frozenset()
    member = story.council.named(viewer.name) if story.council else None
    if member is not None and member.seat in _LEADS:
        return frozenset()
    everything = frozenset(story.items) | frozenset(story.left)
    if member is not None and member in story.voters:
        mine = (votes for who, votes in story.votes.items() if same_person(who, viewer.name))
        return everything - next(mine, {}).keys()
    follows = any(viewer.has(role, story.agency_code) for role in _FOLLOW)
    return frozenset() if follows else everything


class ListWithVotes(ShownList):
    """The part of a list's page that shows votes and opinion."""

    def look(self) -> None:
        """Find and cut the page, and note once whose votes are hidden."""
        super().look()
        self._hidden = hidden_votes(self.story, self.viewer)
        self._some_hidden = bool(self._hidden & self.story.items.keys())

    def has_votes(self) -> bool:
        """Say whether anybody has voted yet in this round."""
        return bool(self.story.votes)

    def sees_votes(self, item: Any) -> bool:
        """Say whether this person sees how others voted on an item."""
        return item.case_file_id not in self._hidden

    def count_text(self, item: Any) -> str:
        """Return how many would destroy, keep and extend, "" before the first vote."""
        if not self.story.ballots(item.case_file_id):
            return ""
        told = self.story.count(item.case_file_id)
        numbers = {name: self.count(getattr(told, name)) for name in forms.CHOICES}
        return self.t(_("Destroy ${destroy} · keep ${keep} · extend ${extend}", mapping=numbers))

    def dissent(self, item: Any) -> list[str]:
        """Return who voted otherwise than the majority on an item: the name, what, and why."""
        return [
            f"{self.person(who)}: {self._ballot(one)}"
            for who, one in sorted(self.story.dissent(item.case_file_id).items())
        ]

    def _ballot(self, one: Ballot) -> str:
        choice = ", ".join(part for part in (self.t(forms.CHOICES[one.choice]), one.period) if part)
        return f"{choice} ({one.reason})" if one.reason else choice

    def step_reason(self, step: Step) -> str:
        """Return the reason of what was done; that of somebody else's vote only to who may see the votes."""
        mine = same_person(step.actor, self.viewer.name)
        if step.id == "vote" and not mine and self._some_hidden:
            return ""
        return step.reason

    def opinion_tone(self) -> str:
        """Return the tone of the opinion that came, "" while there is none."""
        told = self.story.opinion
        if told is None or told.given is None:
            return ""
        return "ok" if told.verdict is Verdict.FOR else "bad"

    def opinion_reason(self) -> str:
        """Return what the body that was asked has against the list, "" for nothing."""
        told = [step.reason for step in self.story.steps if step.id == "record-opinion"]
        return told[-1] if told else ""
