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
from sqlalchemy.exc import SQLAlchemyError

from archive import furnished
from archive.furnished import Furnished, Furnishing, Standing
from archive.register.models import STATES_OPEN, CaseFile, Submission
from archive.register.session import reading
from operations import deeds, open_lists
from operations.deeds import Judged
from operations.world import Expected

Say = Callable[[str], None]

TRIES = 3
"""So often one thing is tried: what stood in the way (a lock, a store that was away) may be gone."""


@dataclass(frozen=True)
class Piece:
    """One thing that is done with a case file of the world, or with several.

    Attributes:
        part: of them in the world (`operations.world.Expected.part`).
        told: what is done, for whoever watches.
        act: does it with their ids, in the order of the world, or goes on with what was begun, and judges it.
    """

    part: str
    told: str
    act: Callable[..., Judged]


PIECES = (
    Piece("held", "one case file is held", deeds.hold),
    Piece("destroy", "one case file is destroyed by approved decision", deeds.destroy),
    Piece("transfer", "one case file is handed over to the Historical Archive", deeds.hand_over),
    Piece("listed", "one case file is proposed for destruction; its notice runs", deeds.put_on_list),
    Piece("vote", "a list of the Law of 2011 waits for its council", open_lists.to_vote),
    Piece("vote-r2", "a list of the Law of 2024 waits for its council", open_lists.to_vote_on_a_duplicate),
    Piece("opinion", "a list waits for an opinion", open_lists.to_get_an_opinion),
    Piece("decide", "a list waits for the head's decision", open_lists.to_decide),
    Piece("linked", "a list has a document that another case file names", open_lists.to_choose_what_is_kept),
    Piece("twin", "a duplicate may be listed", open_lists.to_list_a_duplicate),
    Piece("lift", "a hold waits for a second person to lift it", open_lists.to_lift),
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
    standing = {piece: Furnished(piece.part, Standing.WAITS) for piece in pieces}
    deadline = time.monotonic() + seconds
    told: object = None
    while True:
        for piece in list(left):
            found = _tried(expected, piece, say=say, last=left[piece] == 1)
            if found is None:
                continue
            left[piece] -= 1
            if found.standing is Standing.DONE or not left[piece]:
                standing[piece] = found
                del left[piece]
        far = _far(expected)
        if far is not None and (far, standing) != told:
            wanted, arrived, under_way = far
            say(f"{arrived} of {wanted} arrived, {under_way} under way")
            furnished.write(Furnishing(wanted, arrived, under_way, tuple(standing.values())))
            told = far, dict(standing)
        settled = not left and far is not None and far[1] >= far[0] and not far[2]
        if settled or time.monotonic() >= deadline:
            break
        time.sleep(pause)
    for piece in left:
        say(f"{piece.told}: its case file never came")
        standing[piece] = Furnished(piece.part, Standing.FAILED, detail="its case file never came")
    wanted, arrived, under_way = _far(expected) or (len(expected), 0, 0)
    furnished.write(Furnishing(wanted, arrived, under_way, tuple(standing.values()), ended=True))


def _tried(expected: Sequence[Expected], piece: Piece, *, say: Say, last: bool) -> Furnished | None:
    """Do one thing and return how it stands now; None when its case file is not there yet."""
    try:
        case_file_ids = stored(expected, piece.part)
        if not case_file_ids:
            return None
        detail, right = piece.act(*case_file_ids)
    except Exception as error:  # whatever it is, the other things have nothing to do with it
        say(f"{piece.told}: {type(error).__name__}: {error}" + ("" if last else "; tried again"))
        if last:
            say(traceback.format_exc())
        return Furnished(piece.part, Standing.FAILED, detail=str(error)[:500])
    say(f"{piece.told}: {'done' if right else detail}")
    if right:
        return Furnished(piece.part, Standing.DONE, about=detail)
    return Furnished(piece.part, Standing.FAILED, detail=detail)


def stored(expected: Sequence[Expected], part: str) -> list[str]:
    """Return the case files the world meant for this part; none until all are stored and their dates are known."""
    message_ids = [one.message_id for one in expected if one.part == part]
    query = (
        select(Submission.message_id, CaseFile.id)
        .join(CaseFile, CaseFile.id == Submission.case_file_id)
        .where(
            Submission.message_id.in_(message_ids),
            CaseFile.permanent.is_(True) | CaseFile.eligible_from.is_not(None),
        )
    )
    with reading() as session:
        found = dict(session.execute(query).all())
    return [found[id] for id in message_ids] if found.keys() >= set(message_ids) else []


def _far(expected: Sequence[Expected]) -> tuple[int, int, int] | None:
    """Return how many deliveries there are, how many arrived, and how many of those are under way; None for not known.

    The register may be busy for longer than is waited for it: then the next look tells.
    """
    wanted = {one.message_id for one in expected}
    query = select(Submission.state).where(Submission.message_id.in_(wanted))
    try:
        with reading() as session:
            states = list(session.scalars(query))
    except SQLAlchemyError:
        return None
    return len(wanted), len(states), sum(state in STATES_OPEN for state in states)
