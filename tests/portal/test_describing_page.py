"""Describing a stored case file anew on a page: who may, what the rules say, and the earlier words."""

from __future__ import annotations

from typing import Any

import pytest
from kept_case_files import CONDITIONAL, OLD, ACaseFile, ident
from lxml import html
from test_portal_pages import refused

from archive.register.models import CaseFile, Record
from archive.register.session import reading

pytestmark = pytest.mark.plone
TITLE = "Hồ sơ đã sửa tiêu đề"
WHY = "Tiêu đề cũ viết nhầm"


def title() -> str:
    with reading() as session:
        return session.get_one(CaseFile, OLD.id).title


def words(browser: Any) -> str:
    return " ".join(html.fromstring(browser.contents).text_content().split())


def typed(visit: Any, of: ACaseFile = OLD, **fields: Any) -> Any:
    browser = visit("an", f"/mo-ta-lai/{of.id}")
    for name, text in fields.items():
        browser.getControl(name=name).value = text
    browser.getControl(name="describe").click()
    return browser


def test_an_archivist_corrects_a_title_and_reads_the_old_one(visit: Any) -> None:
    before = title()
    assert f"/mo-ta-lai/{OLD.id}" in visit("an", f"/ho-so/{OLD.id}").page
    browser = typed(visit, Title=TITLE, reason=WHY)
    assert "phiên bản 2" in words(browser) and title() == TITLE
    first = words(visit("an", f"/mo-ta-lai/{OLD.id}?ban=1"))
    assert before in first and WHY not in first
    assert WHY in words(visit("an", f"/mo-ta-lai/{OLD.id}?ban=2"))


def test_what_a_rule_is_against_is_told_and_what_was_typed_stays(visit: Any) -> None:
    before = title()
    browser = typed(visit, Title="Hồ sơ TỐI MẬT", reason=WHY)
    assert "chưa đổi gì" in words(browser).lower() and title() == before
    assert browser.getControl(name="Title").value == "Hồ sơ TỐI MẬT"
    assert browser.getControl(name="reason").value == WHY


def test_nobody_opens_alone_what_is_conditional_and_the_form_says_so_before(visit: Any) -> None:
    assert "nới lỏng cần người thứ hai" in words(visit("an", f"/mo-ta-lai/{CONDITIONAL.id}"))
    browser = typed(visit, CONDITIONAL, Rights=["Công khai"], reason=WHY)
    assert "không tự nới lỏng chế độ sử dụng" in words(browser)
    assert browser.getControl(name="Rights").value == ["Công khai"]
    with reading() as session:
        row = session.get_one(CaseFile, CONDITIONAL.id)
        assert (row.access, len(row.packages)) == ("02", 1)


def control(browser: Any, name: str) -> Any:
    return html.fromstring(browser.contents).xpath(f"//form//*[@name='{name}']")[0]


def test_what_has_a_code_list_is_chosen_from_it(visit: Any) -> None:
    browser = visit("an", f"/mo-ta-lai/{OLD.id}")
    offered = {
        name: [option.get("value") for option in control(browser, name).iter("option")]
        for name in ("Rights", "Language", "Format", "ConfidenceLevel")
    }
    assert offered["Rights"] == ["", "Công khai", "Sử dụng có điều kiện"]  # secrets never come in
    assert "Hán Nôm" in offered["Language"] and offered["Format"] == ["", "Tốt", "Bình thường", "Hỏng"]
    assert offered["ConfidenceLevel"][1:4] == ["Gốc điện tử", "Số hóa", "Hỗn hợp"]
    assert control(browser, "Title").tag == "textarea"
    kinds = visit("an", f"/mo-ta-lai/{OLD.id}/{ident('record', OLD.code, 2)}")
    assert "Biên bản" in [option.get("value") for option in control(kinds, "TypeName").iter("option")]
    assert control(kinds, "IssuedDate").get("data-day") == "Chọn ngày"


def test_an_archivist_corrects_a_document_and_reads_how_it_was_described(visit: Any) -> None:
    record = ident("record", OLD.code, 2)
    with reading() as session:
        before = session.get_one(Record, record).subject
    assert f"/mo-ta-lai/{OLD.id}/{record}" in visit("an", f"/ho-so/{OLD.id}").page
    browser = visit("an", f"/mo-ta-lai/{OLD.id}/{record}")
    browser.getControl(name="Subject").value = "Công văn TỐI MẬT"
    browser.getControl(name="reason").value = WHY
    browser.getControl(name="describe").click()
    assert control(browser, "Subject").get("aria-invalid") == "true"  # told beside the field
    assert "chưa đổi gì" in words(browser).lower()
    browser.getControl(name="Subject").value = "Biên bản nghiệm thu ngày 20 tháng 5 năm 2010"
    browser.getControl(name="TypeName").value = ["Biên bản"]
    browser.getControl(name="describe").click()
    with reading() as session:
        row = session.get_one(Record, record)
        assert (row.subject, row.type_name) == ("Biên bản nghiệm thu ngày 20 tháng 5 năm 2010", "Biên bản")
        newest = max(one.version for one in session.get_one(CaseFile, OLD.id).packages)
    place = f"/mo-ta-lai/{OLD.id}/{record}?ban="
    assert before in words(visit("an", place + "1"))
    told = words(visit("an", f"{place}{newest}"))
    assert WHY in told and "Biên bản nghiệm thu ngày 20 tháng 5 năm 2010" in told
    other = f"/mo-ta-lai/{OLD.id}/{ident('record', OLD.code, 1)}?ban={newest}"
    assert "không nói gì về tài liệu này" in words(visit("an", other))


@pytest.mark.parametrize("login", ["binh", "chi", "giang", "hoa", "dung", "khanh", ""])
def test_nobody_but_the_archivist_is_shown_the_form(visit: Any, login: str) -> None:
    for path in (OLD.id, f"{OLD.id}/{ident('record', OLD.code, 1)}"):
        browser = visit(login, f"/mo-ta-lai/{path}")
        assert refused(browser) and 'name="describe"' not in browser.page
