"""Furnish a house that people will look at: each thing is done once, as soon as its case file is there.

What waits for an archivist stays waiting; what an earlier run did is not done again, what it left half done is gone on
with. Nothing here waits for anything else: what fails is said, tried again, and does not stop the others.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from archive.register.models import STATES_OPEN, CaseFile, Submission
from archive.register.session import reading
from operations import deeds
from operations.deeds import Judged
from operations.world import Expected

Say = Callable[[str], None]

TRIES = 3
"""So often one thing is tried: what stood in the way (a lock, a store that was away) may be gone."""


@dataclass(frozen=True)
class Piece:
    """One thing that is done with a case file of the world.

    Attributes:
        part: of the case file in the world (`operations.world.Expected.part`).
        told: what is done, for whoever watches.
        act: does it, or goes on with what was begun, and judges it.
    """

    part: str
    told: str
    act: Callable[[str], Judged]


PIECES = (
    Piece("held", "one case file is held", deeds.hold),
    Piece("destroy", "one case file is destroyed by approved decision", deeds.destroy),
    Piece("transfer", "one case file is handed over to the Historical Archive", deeds.hand_over),
    Piece("listed", "one case file is proposed for destruction and waits for the council", deeds.put_on_list),
)


def furnish(
    expected: Sequence[Expected],
    *,
    say: Say,
    pieces: Sequence[Piece] = PIECES,
    seconds: float = 3600,
    pause: float = 1,
) -> None:
    """Do each thing as soon as its case file is stored and its dates are known; return when nothing is left to do.

    Args:
        expected: the world.
        say: told what was done, and what failed.
        pieces: what is to be done.
        seconds: after so long the rest is given up.
        pause: seconds between two looks.
    """
    left = dict.fromkeys(pieces, TRIES)
    deadline = time.monotonic() + seconds
    told = ""
    while left and time.monotonic() < deadline:
        for piece in list(left):
            left[piece] -= 1
            done = _tried(expected, piece, say=say, last=not left[piece])
            if done is None:
                left[piece] += 1  # its case file is not there yet
            elif done or not left[piece]:
                del left[piece]
        if (line := _under_way(expected)) != told:
            say(line)
            told = line
        if left:
            time.sleep(pause)
    for piece in left:
        say(f"{piece.told}: its case file never came")


def _tried(expected: Sequence[Expected], piece: Piece, *, say: Say, last: bool) -> bool | None:
    """Do one thing and return whether it is done, None when its case file is not there yet."""
    try:
        case_file_id = stored(expected, piece.part)
        if case_file_id is None:
            return None
        detail, right = piece.act(case_file_id)
    except Exception as error:  # whatever it is, the other things have nothing to do with it
        say(f"{piece.told}: {type(error).__name__}: {error}" + ("" if last else "; tried again"))
        if last:
            say(traceback.format_exc())
        return False
    say(f"{piece.told}: {'done' if right else detail}")
    return True


def stored(expected: Sequence[Expected], part: str) -> str | None:
    """Return the case file the world meant for this part; None until it is stored and its dates are known."""
    message_ids = [one.message_id for one in expected if one.part == part]
    query = (
        select(CaseFile.id)
        .join(Submission, Submission.case_file_id == CaseFile.id)
        .where(
            Submission.message_id.in_(message_ids),
            CaseFile.permanent.is_(True) | CaseFile.eligible_from.is_not(None),
        )
    )
    with reading() as session:
        return session.scalar(query)


def _under_way(expected: Sequence[Expected]) -> str:
    """Return how far the deliveries are, in a line."""
    wanted = {one.message_id for one in expected}
    with reading() as session:
        states = list(session.scalars(select(Submission.state).where(Submission.message_id.in_(wanted))))
    return (
        f"{len(states)} of {len(wanted)} arrived, {sum(state in STATES_OPEN for state in states)} under way"
    )
