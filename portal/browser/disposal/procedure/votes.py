"""How the council's votes fell on the case files of a list's page, and the opinion: what chair and head go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.procedure.ballots import Ballot
from archive.procedure.seats import Member
from archive.procedure.story import Step, Story, Verdict
from archive.viewer import same_person
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.hidden import hidden_votes
from portal.browser.screen import Screen
from portal.i18n import _


class Votes:
    """The part of the page that shows votes and opinion; whose votes are hidden is found once."""

    def __init__(self, screen: Screen, story: Story) -> None:
        self.screen, self.story = screen, story
        self._hidden = hidden_votes(story, screen.viewer)
        self._some_hidden = bool(self._hidden & story.items.keys())

    def any(self) -> bool:
        """Say whether anybody has voted yet in this round."""
        return bool(self.story.votes)

    def seen(self, item: Any) -> bool:
        """Say whether this person sees how others voted on an item."""
        return item.case_file_id not in self._hidden

    def count_text(self, item: Any) -> str:
        """Return how many would destroy, keep and extend, "" before the first vote."""
        if not self.story.ballots(item.case_file_id):
            return ""
        told = self.story.count(item.case_file_id)
        numbers = {name: self.screen.count(getattr(told, name)) for name in forms.CHOICES}
        return self.screen.t(_("Destroy ${destroy} · keep ${keep} · extend ${extend}", mapping=numbers))

    def dissent(self, item: Any) -> list[str]:
        """Return who voted otherwise than the majority on an item: the name, what, and why."""
        return [
            f"{self.screen.person(who)}: {self._ballot(one)}"
            for who, one in sorted(self.story.dissent(item.case_file_id).items())
        ]

    def _ballot(self, one: Ballot) -> str:
        words = (self.screen.t(forms.CHOICES[one.choice]), one.period)
        choice = ", ".join(part for part in words if part)
        return f"{choice} ({one.reason})" if one.reason else choice

    def text(self, of: Mapping[str, Ballot]) -> str:
        """Return how somebody's votes fall, in words."""
        numbers = {code: sum(one.choice == code for one in of.values()) for code in forms.CHOICES}
        return "; ".join(
            f"{self.screen.t(forms.CHOICES[code])}: {self.screen.count(number)}"
            for code, number in numbers.items()
            if number
        )

    def voted_by(self, member: Member) -> str:
        """Return how many case files a member has voted on; "" for who has no vote."""
        if member not in self.story.voters:
            return ""
        asked = self.story.conclusion.counts.keys() if self.story.conclusion else self.story.items.keys()
        done = asked & self.story.votes.get(member.account, {}).keys()
        return self.progress(len(done), len(asked))

    def progress(self, done: int, total: int) -> str:
        """Return how many of how many case files, in words."""
        numbers = {"done": self.screen.count(done), "total": self.screen.count(total)}
        return self.screen.t(_("${done} of ${total} case files", mapping=numbers))

    def step_reason(self, step: Step) -> str:
        """Return the reason of what was done; that of somebody else's vote only to who may see the votes."""
        mine = same_person(step.actor, self.screen.viewer.name)
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
