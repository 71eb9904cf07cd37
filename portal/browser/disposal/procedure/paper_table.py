"""Every paper a list rests on, from the letter that submitted it on, with number, day and who gave it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.procedure.papers import Paper
from archive.procedure.story import Story
from portal.i18n import _

TITLES = {
    "council": _("Decision that forms the council"),
    "conclude": _("Minutes of the council"),
    "request-opinion": _("Letter that asks for the opinion"),
    "request-appraisal": _("Letter that asks for the opinion"),
    "record-opinion": _("Opinion"),
    "return": _("Opinion that returned the list"),
    "decide": _("Decision to destroy"),
    "decide-alone": _("Decision to destroy"),
    "hand-over": _("Minutes of the hand-over"),
    "hand-over-again": _("Minutes of the hand-over"),
}
"""Step -> the paper it brings; the others name a paper that is there already."""


@dataclass(frozen=True)
class PaperRow:
    """A paper, as the page shows it.

    Attributes:
        title: a message.
        by: account of who gave it.
    """

    title: Any
    paper: Paper
    by: str
    at: datetime


def papers_of(story: Story, made_at: datetime) -> Iterator[PaperRow]:
    """Yield the papers of a list in the order they came; one that was replaced stays in its place.

    Args:
        story: of the list.
        made_at: when the list was made, with its letter.
    """
    if story.letter is not None:
        yield PaperRow(_("Letter that submits the list"), story.letter, story.proposed_by, made_at)
    for step in story.steps:
        if step.paper is not None and step.id in TITLES:
            yield PaperRow(TITLES[step.id], step.paper, step.actor, step.at)
