"""A vote: what was chosen card by card, and to destroy all others when that is ticked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from archive.procedure.ballots import Ballot, Choice
from archive.procedure.story import Story
from archive.reason import because
from archive.register.models import CaseFile
from archive.register.pieces import pieces
from archive.register.session import reading
from portal.browser.disposal.procedure.doing import step
from portal.browser.disposal.procedure.forms import NEW_PERIOD, VOTE_REASON
from portal.browser.form_fields import Fault, refuse
from portal.browser.screen import Screen
from retention.procedure import council


def vote(screen: Screen) -> None:
    """Vote as a member."""
    chosen = _chosen(screen)
    rest = bool(screen.text("rest", 3))
    refuse(_faults(chosen, rest, _codes(chosen)))
    ballots: dict[Ballot, list[str]] = {}
    for id, ballot in chosen.items():
        ballots.setdefault(ballot, []).append(id)

    def votes(session: Any, order_id: str, **who: Any) -> Story:
        story = None
        for ballot, ids in ballots.items():
            story = council.vote(session, order_id, ballot, case_file_ids=ids, **who)
        if story is None or (rest and story.not_voted(screen.viewer.name)):
            story = council.vote(session, order_id, Ballot(Choice.DESTROY), rest=True, **who)
        return story

    step.take(screen, votes)


def _chosen(screen: Screen) -> dict[str, Ballot]:
    chosen = {}
    for name, value in screen.request.form.items():
        if name.startswith("choice-") and value in set(Choice):
            id = name.removeprefix("choice-")
            choice = Choice(value)
            period = screen.text(f"period-{id}", 40) if choice is Choice.EXTEND else ""
            reason = "" if choice is Choice.DESTROY else screen.text(f"reason-{id}", 2000)
            chosen[id] = Ballot(choice, reason, period)
    return chosen


def _faults(chosen: Mapping[str, Ballot], rest: bool, codes: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what a vote lacks. Pure."""
    if not chosen and not rest:
        yield Fault("rest", "", because("portal.no-vote-chosen"))
    for id, ballot in chosen.items():
        code = codes.get(id, "")
        if ballot.choice is not Choice.DESTROY and not ballot.reason:
            yield Fault(f"reason-{id}", VOTE_REASON, because("portal.not-filled-in"), code)
        if ballot.choice is Choice.EXTEND and not ballot.period:
            yield Fault(f"period-{id}", NEW_PERIOD, because("portal.not-filled-in"), code)


def _codes(chosen: Mapping[str, Ballot]) -> dict[str, str]:
    found: dict[str, str] = {}
    with reading() as session:
        for some in pieces(sorted(chosen)):
            query = select(CaseFile.id, CaseFile.code).where(CaseFile.id.in_(some))
            found.update((id, f"({code})") for id, code in session.execute(query))
    return found
