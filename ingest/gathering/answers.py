"""What an office is answered that recalls, updates or replaces a document it sent: one table.

What is archived is never touched by a message (our decision; no rule was found that says so):
NĐ 30/2020/NĐ-CP Điều 18.4.b, which has a recalled document deleted, speaks to the receiving office's own system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from archive.register.messages import RequestKind
from ingest.gateway.edxml_status import AGREED, DECLINED


class Place(StrEnum):
    """Where the document is that the office asks about."""

    WAITING = "waiting"  # alone in quarantine
    CLAIMED = "claimed"  # in a case file that is being checked or waits for a decision
    UNDER_WAY = "under-way"  # it is itself a whole case file in that stage
    ARCHIVED = "archived"  # accepted or stored
    GONE = "gone"  # returned, refused or superseded before
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What becomes of the document."""

    REFUSE = "refuse"  # not kept: refused and its bytes wiped
    SUPERSEDE = "supersede"  # the new message takes its place
    MARK = "mark"  # left as it is; an archivist is told
    NOTHING = "nothing"


@dataclass(frozen=True)
class Answer:
    """What is done and said.

    Attributes:
        status: 15 agreed, 16 refused, "" for none now: an archivist decides.
        returns_case: the case file that had gathered the document goes back to its office.
    """

    act: Act
    status: str
    returns_case: bool = False

    @property
    def open(self) -> bool:
        """Say whether an archivist has still to look at it."""
        return self.act is Act.MARK


_R, _U, _X = RequestKind.RECALL, RequestKind.UPDATE, RequestKind.REPLACEMENT
_NEWER: Mapping[Place, Answer] = {
    Place.WAITING: Answer(Act.SUPERSEDE, AGREED),
    Place.CLAIMED: Answer(Act.SUPERSEDE, AGREED, returns_case=True),
    Place.UNDER_WAY: Answer(Act.MARK, ""),
    Place.ARCHIVED: Answer(Act.MARK, ""),
    Place.GONE: Answer(Act.NOTHING, AGREED),
    Place.UNKNOWN: Answer(Act.NOTHING, ""),
}
ANSWERS: Mapping[RequestKind, Mapping[Place, Answer]] = {
    _R: {
        Place.WAITING: Answer(Act.REFUSE, AGREED),
        Place.CLAIMED: Answer(Act.REFUSE, AGREED, returns_case=True),
        Place.UNDER_WAY: Answer(Act.REFUSE, AGREED),
        Place.ARCHIVED: Answer(Act.MARK, DECLINED),
        Place.GONE: Answer(Act.NOTHING, AGREED),
        Place.UNKNOWN: Answer(Act.MARK, DECLINED),
    },
    _U: _NEWER,
    _X: _NEWER,
}
