"""Making a list and submitting it: what the order says of each case file, and what a long list costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from retention_town import AGENCY, AN, NOW, Town
from sqlalchemy import event
from sqlalchemy.orm import Session

from archive.procedure.papers import Paper
from archive.procedure.story import Story
from archive.register.decisions import Order
from archive.register.session import engine, reading, transaction
from archive.vietnam import day_of
from retention import holds
from retention.procedure import listing
from retention.procedure.listing import NewList

MADE = NOW - timedelta(days=31)
"""Early enough for its notices to be over now."""


@pytest.fixture
def questions() -> Iterator[Callable[[Callable[[Session], Story]], tuple[Story, int]]]:
    """Do something in a transaction, and say how many statements that took."""
    count = 0

    def asked(*_: Any) -> None:
        nonlocal count
        count += 1

    def counted(work: Callable[[Session], Story]) -> tuple[Story, int]:
        before = count
        with transaction() as session:
            story = work(session)
        return story, count - before

    used = engine()
    event.listen(used, "before_cursor_execute", asked)
    yield counted
    event.remove(used, "before_cursor_execute", asked)


def new_list(ids: list[str], number: str) -> NewList:
    return NewList(AGENCY, ids, "Hết thời hạn", "Thuyết minh", Paper(number, day_of(MADE)))


def test_a_long_list_is_made_and_submitted_with_as_many_questions_as_a_short_one(
    town: Town, questions: Callable[[Callable[[Session], Story]], tuple[Story, int]]
) -> None:
    asked = []
    for number in (2, 14):
        ids = [town.store(f"{number}-{n}", on_disk=False) for n in range(number)]
        new = new_list(ids, f"{number}/TTr")
        story, to_make = questions(partial(listing.propose, new=new, viewer=AN, now=MADE))
        _, to_submit = questions(partial(listing.submit, order_id=story.order_id, viewer=AN, now=NOW))
        asked.append((to_make, to_submit))
    assert all(asked[0])  # somebody counted
    assert asked[0] == asked[1]


def test_a_hold_that_has_ended_is_no_reason_why_a_case_file_goes(town: Town) -> None:
    file = town.store("01")
    with transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[file], reason="Thanh tra", document_number="3/QĐ",
            document_date=day_of(MADE), viewer=AN, now=MADE - timedelta(days=2), until=day_of(MADE) - timedelta(days=1),
        )  # fmt: skip
        order_id = listing.propose(session, new_list([file], "5/TTr"), viewer=AN, now=MADE).order_id
    with reading() as session:
        steps = session.get_one(Order, order_id).payload["items"][file]["steps"]
    assert "Giữ hết ngày" in str(steps) and "bị giữ" not in str(steps)
