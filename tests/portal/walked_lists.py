"""Disposal lists of the furnished house, walked through their procedure by its people."""

from __future__ import annotations

from datetime import date, datetime

from house_people import AN, BINH, CHI
from kept_case_files import ACaseFile

from archive.procedure.papers import Paper
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.session import transaction
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.procession import NOTE, Papers, People, Wanted, walk, walk_on
from retention.procedure import listing, taking
from retention.procedure.listing import NewList

MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, CHI)
"""The head carries it out."""
REASON = "Hết thời hạn bảo quản, không còn giá trị"
DAY = date(2026, 11, 10)


def listed(one: ACaseFile, number: str, *, now: datetime) -> str:
    """Make a list of one case file and return its id."""
    with transaction() as session:
        new = NewList(one.agency, [one.id], REASON, NOTE, Paper(number, DAY))
        return listing.propose(session, new, viewer=AN, now=now).order_id


def decided(one: ACaseFile, number: str, *, now: datetime) -> str:
    """Walk a list of one case file until it may be carried out, and return its id."""
    with transaction() as session:
        return walk(session, Wanted(one.agency, [one.id], number, DAY, reason=REASON), WHO, now=now).order_id


def on(order_id: str, to: State = State.HANDED_OVER, *, now: datetime, executor: Viewer = CHI) -> Story:
    """Walk a list on to a state and return its story."""
    with transaction() as session:
        story = taking.story(session, order_id)
        papers = Papers(Wanted(story.agency_code, list(story.items), "61/QĐ-UBND", DAY))
        return walk_on(session, story, papers, People(AN, (BINH, *MORE), CHI, executor), now=now, to=to)
