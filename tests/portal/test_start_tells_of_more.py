"""What the start page does not show of a list it cuts is counted, and all of it is one link away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from house_people import LANG_SON
from kept_case_files import OLD
from lxml import html

from archive.register.session import transaction
from tests.archive.lists_of_before import an_old_list

pytestmark = pytest.mark.plone


def under_way(visit: Any) -> tuple[int, list[tuple[str, str]]]:
    """Return how many lists the card shows, and below them the words and address of what leads to the rest."""
    (card,) = html.fromstring(visit("an", "").page).xpath("//*[@id='lists']")
    more = [
        (" ".join(a.text_content().split()), a.get("href"))
        for a in card.xpath(".//*[contains(@class, 'tt-more')]//a")
    ]
    return len(card.xpath(".//li")), more


def given(numbers: range) -> None:
    now = datetime.now(UTC)
    with transaction() as session:
        for n in numbers:
            an_old_list(session, LANG_SON, [OLD.id], f"{n}/TTr", date(2026, 11, 10), by="an", now=now)


def test_open_lists_beyond_the_sixth_are_counted_and_linked(visit: Any) -> None:
    before, more = under_way(visit)
    assert 0 < before <= 6 and not more
    given(range(100, 106 - before))
    assert under_way(visit) == (6, [])
    given(range(200, 202))
    shown, more = under_way(visit)
    assert shown == 6
    ((words, address),) = more
    assert words == "và 2 nữa: xem tất cả" and address.endswith("/tieu-huy")
    assert all(f"{n}/TTr" in visit("an", "/tieu-huy").page for n in (*range(100, 106 - before), 200, 201))
