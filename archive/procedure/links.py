"""Linked documents of a disposal list: which they are, and what an archivist chose for each.

TT 01/2019/TT-BNV Điều 20.5: warn when a document is linked to a file that has not expired, and allow keeping it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of a linked document."""

    KEEP = "keep"  # a copy goes into the other case file's package first
    LET_GO = "let-go"


@dataclass(frozen=True, order=True)
class Link:
    """A document of the list, and the unexpired case file it is linked to.

    Attributes:
        case_file_id: on the list.
        document: its ordinal there.
        other_id: the case file that has not expired.
    """

    case_file_id: str
    document: int
    other_id: str


@dataclass(frozen=True)
class Chosen:
    """Who chose what, and why."""

    fate: Fate
    by: str
    at: datetime
    event: int
    reason: str
