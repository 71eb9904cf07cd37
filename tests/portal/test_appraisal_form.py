"""The form on a case file's page that sets its period: suggestions, what is refused and kept, and who may not."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from house_people import LANG_SON
from kept_case_files import HELD, OLDER, RULES
from lxml import html
from sqlalchemy import select, update
from test_portal_pages import refused

from archive.ledger.append import history
from archive.ledger.event import Verb
from archive.register.decisions import ITEM_ERASING, OrderItem
from archive.register.models import CaseFile
from archive.register.session import reading, transaction

pytestmark = pytest.mark.plone
ROW = "tt-09-2011:146"
WHY = "Xếp theo bảng thời hạn"
PAGE = f"/ho-so/{HELD.id}"


def words(browser: Any) -> str:
    return " ".join(html.fromstring(browser.contents).text_content().split())


def period_of(case_file_id: str = HELD.id) -> tuple[Any, ...]:
    with reading() as session:
        file = session.get_one(CaseFile, case_file_id)
        changes = [e for e in history(session, case_file_id) if e.verb == Verb.RETENTION_CHANGE]
        return file.permanent, file.retention_years, str(file.last_day), len(changes)


def typed(browser: Any, period: str, row: str = "", reason: str = WHY) -> Any:
    """Fill in the form and send it."""
    form = browser.getForm(index=place_of(browser))
    form.getControl(name="period").value = period
    form.getControl(name="reason").value = reason
    if row:
        form.getControl(name="row").value = [row]
    form.getControl(name="set_period").click()
    return browser


def place_of(browser: Any) -> int:
    forms = html.fromstring(browser.contents).forms
    return next(n for n, form in enumerate(forms) if form.cssselect("[name=set_period]"))


def opened(browser: Any) -> Any:
    (act,) = html.fromstring(browser.contents).cssselect("#appraise")
    return act


def test_a_longer_period_is_set_under_a_suggested_row_also_while_it_is_held(visit: Any) -> None:
    browser = visit("an", PAGE)
    act = opened(browser)
    assert act.get("open") is None and act.cssselect("[name=row][checked]")[0].get("value") == ""
    offered = " ".join(act.cssselect("fieldset")[0].text_content().split())
    assert "Thông tư 09/2011/TT-BNV, dòng 146: Hồ sơ kiểm tra, hướng dẫn nghiệp vụ" in offered
    assert "20 năm" in offered and "Không có hiệu lực" not in offered and "Chưa đầy đủ" not in offered
    before = period_of()
    assert before[:3] == (False, 10, "2021-12-31")
    typed(browser, "20 năm", ROW)
    assert "Đã đặt thời hạn: hồ sơ được giữ đến hết ngày 31/12/2031" in words(browser)
    assert "Xếp vào Thông tư 09/2011/TT-BNV, dòng 146" in words(browser) and WHY in words(browser)
    assert period_of() == (False, 20, "2031-12-31", before[3] + 1)
    typed(browser, "Vĩnh viễn")
    assert "hồ sơ được giữ vĩnh viễn" in words(browser) and period_of()[0]


def test_a_row_says_when_its_schedule_is_incomplete_or_was_not_in_force(visit: Any) -> None:
    title = "Hồ sơ xây dựng, ban hành quy định, hướng dẫn những vấn đề chung của cơ quan, tổ chức"
    with transaction() as session:
        values = {"title": title, "end_date": date(2024, 12, 20)}
        session.execute(update(CaseFile).where(CaseFile.id == RULES.id).values(**values))
    act = opened(visit("an", f"/ho-so/{RULES.id}"))
    offered = {one.get("value"): one.getparent().text_content() for one in act.cssselect("[name=row]")}
    marks = {
        value: ("Chưa đầy đủ" in text, "Không có hiệu lực khi công việc kết thúc" in text)
        for value, text in offered.items()
    }
    assert marks["tt-10-2022:?2"] == (True, False) and marks["tt-09-2011:2"] == (False, True)


REFUSED = (
    ("5 năm", "", "ngắn hơn thời hạn hiện có", "is shorter than the period"),
    ("15 năm", ROW, "thấp nhất theo Thông tư 09/2011/TT-BNV, Bảng thời hạn bảo quản, dòng 146", "row 146"),
    ("05", "", "“05” có số 0 ở đầu", "“05” has a zero in front"),
    ("Lâu dài", "", "“Lâu dài” không phải là thời hạn", "“Lâu dài” is no period"),
)


def test_what_is_refused_is_told_and_what_was_typed_stays(visit: Any) -> None:
    before = period_of()
    for language, n in (("", 2), ("?set_language=en", 3)):
        for case in REFUSED:
            period, row = case[:2]
            browser = typed(visit("an", PAGE + language), period, row)
            assert browser.headers["Status"].startswith("409") and case[n] in words(browser)
            act = opened(browser)
            assert act.get("open") == "open"
            assert act.cssselect("[name=period]")[0].get("value") == period
            assert act.cssselect("[name=reason]")[0].text == WHY
            assert [one.get("value") for one in act.cssselect("[name=row][checked]")] == [row]
    assert period_of() == before


def test_what_a_browser_would_not_send_is_refused_too(visit: Any) -> None:
    before = period_of()
    assert "Chưa ghi lý do" in words(sent(visit, "an", {"reason": " "}))
    assert "không có dòng “khong-co”" in words(sent(visit, "an", {"row": "tt-09-2011:khong-co"}))
    assert "bang-la" in words(sent(visit, "an", {"row": "bang-la:1"}))
    assert sent(visit, "an", {}, token=False).headers["Status"].startswith("403")
    assert period_of() == before


def test_the_dossier_of_a_destruction_and_what_is_being_destroyed_say_why_not(visit: Any) -> None:
    with transaction() as session:
        values = {"kind": "disposal-dossier", "retention_years": None}
        session.execute(update(CaseFile).where(CaseFile.id == HELD.id).values(**values))
        item = session.scalars(select(OrderItem).where(OrderItem.case_file_id == OLDER.id)).one()
        item.outcome = ITEM_ERASING
    before = period_of(), period_of(OLDER.id)
    assert "15 năm ngắn hơn 20 năm kể từ ngày hủy" in words(typed(visit("an", PAGE), "15 năm"))
    browser = typed(visit("an", f"/ho-so/{OLDER.id}"), "20 năm")
    assert "đang được tiêu hủy" in words(browser)
    assert (period_of(), period_of(OLDER.id)) == before


def sent(visit: Any, login: str, fields: dict[str, str], *, token: bool = True) -> Any:
    browser = visit(login, "/doi-mat-khau")
    said = {"period": "20 năm", "reason": WHY, "set_period": "1", **fields}
    if token:
        said["_authenticator"] = browser.getControl(name="_authenticator", index=0).value
    browser.post(browser.url.replace("/doi-mat-khau", PAGE), urlencode(said))
    return browser


def test_nobody_but_an_archivist_of_the_agency_sets_a_period(visit: Any) -> None:
    assert HELD.agency != LANG_SON, "lan is an archivist of another agency"
    before = period_of()
    for login in ("binh", "chi", "dung", "hoa", "lan", "khanh"):
        assert 'name="set_period"' not in visit(login, PAGE).page, login
        browser = sent(visit, login, {})
        assert refused(browser) and "Đã đặt thời hạn" not in browser.page, login
    assert period_of() == before
