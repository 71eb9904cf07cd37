"""The cards on which a member votes: one for each case file, in the order of the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.procedure.ballots import Ballot
from portal.browser.disposal.procedure import forms
from portal.browser.disposal.procedure.shown import ShownLines

CARDS = 50
"""Cards on one page; of a longer list those from the first on that has no vote of this person."""


class Cards:
    """The voting page's part of a list's page."""

    def __init__(self, lines: ShownLines) -> None:
        self.lines, self.screen = lines, lines.screen

    def mine(self) -> Mapping[str, Ballot]:
        """Return this person's votes, by case file."""
        return self.lines.story.votes_of(self.screen.viewer.name)

    def items(self) -> list[Any]:
        """Return the case files to vote on, in the order of the list."""
        mine, items = self.mine(), self.lines.in_order()
        if len(items) <= CARDS:
            return items
        first = next((n for n, item in enumerate(items) if item.case_file_id not in mine), 0)
        return items[min(first, len(items) - CARDS) :][:CARDS]

    def done(self) -> int:
        """Return how many case files of the list this person has voted on."""
        return len(self.mine().keys() & self.lines.story.items.keys())

    def total(self) -> int:
        """Return how many case files are on the list."""
        return len(self.lines.story.items)

    def choices(self) -> list[tuple[str, str]]:
        """Return what may be voted, each with its words."""
        return [(code, self.screen.t(words)) for code, words in forms.CHOICES.items()]
