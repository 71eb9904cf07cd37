"""A vote on the rest of a long list is a short event, and counts only for the list it was cast on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.procedure.follow import after
from archive.procedure.papers import Paper
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.procedure.story import Council, Happened, Story
from archive.register.models import Regime

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
MEMBERS = tuple(Member(f"m{n}", seat) for n, seat in enumerate((Seat.CHAIR, *[Seat.MEMBER] * 6)))
LONG = Story(
    order_id="x",
    agency_code="000.00.18.H37",
    regime=Regime.R2,
    state=State.COUNCIL,
    since=NOW,
    proposed_by="an",
    explanation="x",
    items={f"{n:036}": f"{n:064}" for n in range(10_000)},
    council=Council(Paper("1/QĐ", NOW.date()), "dung", MEMBERS),
)


def cast(story: Story, who: str, **facts: Any) -> Happened:
    step = {"id": "vote", "on": "2026-11-20", "choice": "destroy", "case_files": None, "state": "council"}
    return Happened(len(story.steps) + 1, NOW, who, "council", {"step": {**step, **facts}})


def test_seven_members_vote_on_the_rest_of_ten_thousand_in_short_events() -> None:
    story = LONG
    for member in MEMBERS:
        first = [next(iter(LONG.items))]
        story = after(story, cast(story, member.account, case_files=first, choice="keep", reason="x"))
        event = cast(story, member.account, rest=LONG.list_sha256)
        assert len(json.dumps(dict(event.payload))) < 300
        story = after(story, event)
    assert story.faults == () and not story.missing_votes()
    assert story.count(next(iter(LONG.items))).keep == 7
    assert story.count(list(LONG.items)[-1]).destroy == 7


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"rest": "0" * 64}, "list"),
        ({"rest": LONG.list_sha256, "case_files": [next(iter(LONG.items))]}, "list"),
    ],
    ids=["another list", "ids and the rest"],
)
def test_the_rest_of_another_list_is_no_vote(facts: dict[str, Any], why: str) -> None:
    assert why in "; ".join(map(str, after(LONG, cast(LONG, "m1", **facts)).faults))


def test_the_rest_is_what_has_no_vote_when_it_is_cast() -> None:
    ids = list(LONG.items)
    shorter = replace(LONG, items=dict(list(LONG.items.items())[:3]))
    story = after(shorter, cast(shorter, "m1", case_files=ids[:1], choice="keep", reason="x"))
    story = after(story, cast(story, "m1", rest=shorter.list_sha256))
    assert [story.votes["m1"][id].choice for id in ids[:3]] == ["keep", "destroy", "destroy"]
