"""Holding an agency, a fonds or everything a search found, on the pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from a_furnished_house import LANG_SON, OLD
from sqlalchemy import select

from archive.register.decisions import Hold
from archive.register.session import reading
from portal.papers import mirror_all

pytestmark = pytest.mark.plone


def fill(browser: Any, reason: str) -> None:
    browser.getControl(name="reason", index=0).value = reason
    browser.getControl(name="number", index=0).value = "9/KTNN"
    browser.getControl(name="date", index=0).value = "2026-11-01"
    browser.getControl(name="place").click()


def holds_of(reason: str) -> list[Hold]:
    with reading() as session:
        found = list(session.scalars(select(Hold).where(Hold.reason == reason)))
        session.expunge_all()
        return found


def test_a_whole_agency_is_held_asked_for_and_lifted_by_another(visit: Any, site: Any) -> None:
    browser = visit("an", "/giu-nhieu-ho-so")
    browser.getControl(name="what").value = [f"agency:{LANG_SON}"]
    fill(browser, "Kiểm toán toàn ngành")

    assert "Lệnh giữ đã có hiệu lực với" in browser.page
    assert "Toàn bộ hồ sơ của cơ quan" in browser.page
    assert "Kiểm toán toàn ngành" in visit("an", f"/ho-so/{OLD.id}").page
    ask = visit("an", "/giu-ho-so")
    ask.getControl(name="reason", index=0).value = "Đã kiểm toán xong"
    ask.getControl(name="number", index=0).value = "10/KTNN"
    ask.getControl(name="date", index=0).value = "2026-11-02"
    ask.getControl(name="ask_all", index=0).click()
    assert 'name="lift"' not in visit("an", "/giu-ho-so").page
    visit("chi", "/giu-ho-so").getControl(name="lift", index=0).click()

    assert all(hold.lifted_by == "chi" for hold in holds_of("Kiểm toán toàn ngành"))
    mirror_all(site)
    titles = [paper.title for paper in site["lenh-giu"].objectValues()]
    assert titles.count("Kiểm toán toàn ngành") == 1


def test_what_a_search_found_is_held_under_one_paper(visit: Any, site: Any) -> None:
    browser = visit("an", "/tra-cuu?q=quy+che")
    browser.getLink("Giữ mọi hồ sơ tìm thấy").click()
    assert "hồ sơ đang được tìm thấy" in browser.page
    fill(browser, "Phục vụ điều tra")

    found = holds_of("Phục vụ điều tra")
    assert found
    assert all(hold.case_file_id for hold in found)
    assert "Hồ sơ tìm thấy theo từ khóa: quy che" in visit("dung", "/giu-ho-so").page
    mirror_all(site)
    assert found[0].order_id in site["lenh-giu"].objectIds()
    assert not {hold.id for hold in found} & set(site["lenh-giu"].objectIds())


def test_a_refused_hold_keeps_what_was_typed_and_writes_nothing(visit: Any) -> None:
    browser = visit("an", "/giu-nhieu-ho-so")
    browser.getControl(name="what").value = [f"agency:{LANG_SON}"]
    browser.getControl(name="date", index=0).value = "2999-01-01"
    browser.getControl(name="reason", index=0).value = "Lý do còn nguyên"
    browser.getControl(name="number", index=0).value = "9/KTNN"
    browser.getControl(name="place").click()

    assert "chưa tới" in browser.page
    assert browser.getControl(name="reason", index=0).value == "Lý do còn nguyên"
    assert browser.getControl(name="what").value == [f"agency:{LANG_SON}"]
    assert holds_of("Lý do còn nguyên") == []


def test_a_head_may_not_place_one_by_a_forged_form(visit: Any) -> None:
    browser = visit("chi", "/giu-ho-so")
    token = browser.getControl(name="_authenticator", index=0).value
    facts = {"what": f"agency:{LANG_SON}", "reason": "Giả", "number": "1", "date": "2026-11-01", "place": "1"}

    browser.post(
        browser.url.replace("/giu-ho-so", "/giu-nhieu-ho-so"), urlencode({"_authenticator": token, **facts})
    )

    assert holds_of("Giả") == []


@pytest.mark.parametrize("login", ["binh", "dung", "giang", "hoa", "khanh", ""])
def test_only_an_archivist_finds_the_page(visit: Any, login: str) -> None:
    assert 'name="place"' not in visit(login, "/giu-nhieu-ho-so").page
