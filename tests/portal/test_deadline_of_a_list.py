"""A list under the Law of 2024 says until when it must begin: on its page, at the end on the start page too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from a_furnished_house import follow_all
from house_people import AN, BINH, CHI, LANG_SON
from lxml import html
from matrix_house import UnderRegime

from archive.order_check import reasons_against
from archive.procedure.states import State
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.procession import People, Wanted, walk
from portal.browser.disposal.to_begin import near_their_end

pytestmark = pytest.mark.plone

MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, CHI)
LEFT = {
    16: ("Đã quá hạn", "bad"),
    15: ("hôm nay", "wait"),
    10: ("còn 5 ngày", "wait"),
    9: ("còn 6 ngày", "quiet"),
}
"""Days since the decision, longest ago first as they happen -> what its page says, and its tone."""


def decided(law: str, days_ago: int, folder: Path) -> str:
    """Return a list decided and handed over so many days ago, by the decision number of that many."""
    now = datetime.now(UTC) - timedelta(days=days_ago)
    code = f"{LANG_SON}.2009.{law}{days_ago}.MT"
    one = UnderRegime(code, f"Hồ sơ {code}", LANG_SON, ("Giấy mời",), 2009, "5 năm", law=law)
    one.kept(folder, now)
    follow_all()
    with transaction() as session:
        wanted = Wanted(LANG_SON, (one.id,), f"{days_ago}/QĐ-UBND", day_of(now))
        return walk(session, wanted, WHO, now=now, to=State.HANDED_OVER).order_id


def told(browser: Any, id: str) -> tuple[str, list[str]]:
    """Return what one part of the page says, and its tones."""
    found = html.fromstring(browser.page).xpath(f"//*[@id='{id}']")
    words = " ".join(" ".join(str(one.text_content()).split()) for one in found)
    return words, [tone for one in found for tone in one.xpath("descendant-or-self::*/@data-tone")]


def test_a_list_says_until_when_it_must_begin(visit: Any, tmp_path: Path) -> None:
    old = decided("R1", 17, tmp_path)
    lists = {days_ago: decided("R2", days_ago, tmp_path) for days_ago in LEFT}
    for days_ago, (left, tone) in LEFT.items():
        words, tones = told(visit("an", f"/tieu-huy/{lists[days_ago]}"), "deadline")
        last = day_of(datetime.now(UTC)) + timedelta(days=15 - days_ago)
        assert f"{last:%d/%m/%Y}" in words and left in words and tones == [tone]
    assert told(visit("an", f"/tieu-huy/{old}"), "deadline") == ("", [])  # the old law sets no limit
    for login in ("an", "chi"):
        words, tones = told(visit(login, ""), "to-begin")
        assert [f"{days_ago}/QĐ-UBND" in words for days_ago in (17, *LEFT)] == [
            False,
            True,
            True,
            True,
            False,
        ]
        assert tones == ["bad", "wait", "wait"]
    assert told(visit("binh", ""), "to-begin") == ("", [])  # a member of the council has no part in it


def test_the_vault_refuses_from_the_day_the_page_calls_late(site: Any, tmp_path: Path) -> None:
    order_id = decided("R2", 0, tmp_path)
    with reading() as session:
        for days, late in ((15, False), (16, True)):
            then = datetime.now(UTC) + timedelta(days=days)
            [(order, deadline)] = near_their_end(session, viewer=CHI, today=day_of(then))
            found = {one.code for one in reasons_against(session, order, now=then)}
            assert (order.id, deadline.over) == (order_id, late)
            assert ("archive.decision-too-old" in found) is late
