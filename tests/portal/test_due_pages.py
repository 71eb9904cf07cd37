"""Lists of due files in the portal and over REST, and what the page of a delivery says of its hand-over."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house_people import LANG_SON, NOW, ident
from kept_case_files import RULES
from lxml import html

from archive.register.agreements import DueFile
from archive.register.models import CaseFile, Submission
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from ingest.duelists import lists
from ingest.duelists.lines import Line
from ingest.handover import due, minutes

pytestmark = pytest.mark.plone

ARCHIVIST = Viewer("an", {ALL_AGENCIES: frozenset({Role.ARCHIVIST})})
TODAY = day_of(datetime.now(UTC))
TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")


@pytest.fixture(autouse=True)
def _no_queue(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")


def on_the_list(*lines: Line) -> None:
    with transaction() as session:
        lists.put(session, LANG_SON, lines, viewer=ARCHIVIST, now=NOW)


def shown(browser: Any) -> str:
    page, *_ = html.fromstring(browser.page).xpath("//*[contains(@class, 'tt-screen')][1]")
    return " ".join(str(page.text_content()).split())


def put(visit: Any, name: str, text: str, login: str = "giang") -> Any:
    browser = visit(login, "/danh-muc-nop-luu")
    form = browser.getForm(id="put-sheet")
    form.getControl(name="sheet").add_file(io.BytesIO(text.encode()), "text/csv", name)
    form.getControl(name="put").click()
    return browser


def test_an_empty_list_says_what_to_do(visit: Any) -> None:
    assert "Danh mục chưa có dòng nào" in shown(visit("giang", "/danh-muc-nop-luu"))
    template = visit("giang", "/danh-muc-nop-luu/mau")
    assert template.page.lstrip("\ufeff").startswith("Mã hồ sơ;Tiêu đề hồ sơ;Thời hạn bảo quản;")


def test_an_official_puts_a_sheet_on_the_list_and_sees_what_is_late(visit: Any) -> None:
    late, soon = TODAY - timedelta(days=3), TODAY + timedelta(days=9)
    browser = put(
        visit,
        "danh-muc.csv",
        f"Mã hồ sơ;Tiêu đề hồ sơ;Hạn nộp\nA1;Hồ sơ muộn;{late:%d/%m/%Y}\nA2;Hồ sơ sắp nộp;{soon:%d/%m/%Y}\n",
    )
    page = shown(browser)
    assert "quá hạn 3 ngày" in page and "còn 9 ngày" in page and "Chưa nộp" in page
    assert "Đã đọc 2 dòng, 2 dòng mới hoặc thay đổi." in browser.page
    only = shown(visit("giang", "/danh-muc-nop-luu?state=overdue"))
    assert "Hồ sơ muộn" in only and "Hồ sơ sắp nộp" not in only
    assert "hồ sơ quá hạn nộp lưu" in visit("giang", "").page


def test_a_sheet_with_something_wrong_is_not_taken_and_says_everything(visit: Any) -> None:
    page = shown(put(visit, "x.csv", "Mã hồ sơ;Tiêu đề hồ sơ;Hạn nộp\nA1;;30/06/2026\nA2;Hồ sơ;31/02/2026\n"))
    assert "Dòng 2: thiếu tiêu đề hồ sơ" in page and "Dòng 3:" in page and "31/02/2026" in page
    with reading() as session:
        assert session.query(DueFile).count() == 0


def test_a_line_is_changed_and_taken_off_and_what_was_typed_stays(visit: Any) -> None:
    on_the_list(Line("A1", "Hồ sơ cũ", TODAY, "20 năm"))
    path = f"/danh-muc-nop-luu/dong?agency={LANG_SON}&code=A1"
    browser = visit("giang", path)
    form = browser.getForm(id="due-line")
    form.getControl(name="title").value = "Hồ sơ mới"
    form.getControl(name="ended_on").value = (TODAY + timedelta(days=5)).isoformat()
    form.getControl(name="put").click()
    assert "Ngày dự kiến nộp trước ngày kết thúc" in browser.page and "Hồ sơ mới" in browser.page
    form = browser.getForm(id="due-line")
    form.getControl(name="ended_on").value = ""
    form.getControl(name="put").click()
    assert "Hồ sơ mới" in shown(browser)
    browser = visit("giang", path)
    form = browser.getForm(id="due-withdraw")
    form.getControl(name="why").value = "Giữ lại theo văn bản đồng ý"
    form.getControl(name="withdraw").click()
    assert "Hồ sơ mới" not in shown(browser)


def test_who_has_no_part_in_it_sees_nothing_of_it(visit: Any) -> None:
    assert visit("hoa", "/danh-muc-nop-luu").headers["Status"].startswith(("401", "403"))
    assert visit("chi", "/danh-muc-nop-luu/dong").headers["Status"].startswith("404")


def rest(visit: Any, login: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    browser = visit(login, "/@due-files" if body is not None else path, accept="application/json")
    if body is not None:
        browser.post(browser.url.rpartition("/@due-files")[0] + path, json.dumps(body), "application/json")
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


def test_a_system_pushes_its_list_and_asks_how_far_it_is(visit: Any) -> None:
    lines = [{"code": "B1", "title": "Hồ sơ từ hệ thống", "ended_on": "2025-12-31"}]
    status, told = rest(visit, "giang", "/@due-files", {"agency": LANG_SON, "lines": lines})
    assert (status, told["changed"]) == (200, 1)
    status, page = rest(visit, "giang", "/@due-files?state=not-sent")
    assert (page["total"], page["items"][0]["planned_on"]) == (1, "2026-12-31")
    status, wrong = rest(visit, "giang", "/@due-files", {"agency": LANG_SON, "lines": [{"code": "B2"}]})
    assert (status, wrong["reasons"][0]["code"]) == (409, "ingest.due-list-wrong")
    assert rest(visit, "giang", "/@due-files", {"agency": LANG_SON, "lines": [{"colour": "x"}]})[0] == 400
    assert rest(visit, "giang", "/@due-files", {"agency": "000.00.05.H21", "lines": lines})[0] == 403
    status, gone = rest(
        visit, "giang", "/@due-files/withdraw", {"agency": LANG_SON, "codes": ["B1"], "why": "giữ lại"}
    )
    assert (status, gone["withdrawn"]) == (200, 1)


def a_stored_delivery() -> str:
    """Return the delivery of a kept case file, with its minutes owed and what its source may do."""
    with transaction() as session:
        case = session.get_one(CaseFile, RULES.id)
        row = session.get_one(Submission, case.submission_id)
        row.source, row.source_basis = "may", "thỏa thuận nộp lưu số 15/TT-NL"
        row.file_code, row.case_file_id = case.code, case.id
        due.owe(session, row.id, now=NOW)
        return row.id


def test_the_page_of_a_stored_delivery_has_minutes_and_what_the_source_may_do(visit: Any) -> None:
    one = a_stored_delivery()
    assert "Đang lập biên bản giao nhận" in shown(visit("an", f"/tiep-nhan/{one}"))
    missing = visit("an", f"/bien-ban-giao-nhan/{one}")
    assert missing.headers["Status"].startswith("404")
    assert minutes.print_due(NOW, printer=lambda html: b"%PDF-1.7 minutes") == 1
    page = shown(visit("an", f"/tiep-nhan/{one}"))
    assert "Biên bản giao nhận (PDF)" in page and "Hệ thống nguồn được phép xóa bản của mình." in page
    got = visit("an", f"/bien-ban-giao-nhan/{one}")
    assert got.headers["Content-Type"].startswith("application/pdf") and "%PDF-1.7 minutes" in got.page
    _, facts = rest(visit, "an", f"/@submissions/{one}")
    assert facts["hand_over"]["source_copy"] == "may" and facts["hand_over"]["minutes"]["size"] == 16
    assert "%PDF" in visit("an", f"/@minutes/{one}", accept="application/json").page
    assert visit("hoa", f"/bien-ban-giao-nhan/{one}").headers["Status"].startswith(("401", "403"))


def test_a_partial_return_names_the_documents_that_are_asked_for(visit: Any) -> None:
    with transaction() as session:
        row = session.get_one(Submission, TO_DECIDE)
        row.state, row.wanted_again = "returned", [0, 1, 3]
    assert "Trả lại một phần. Chỉ cần gửi lại: mô tả hồ sơ, văn bản số 1, 3." in shown(
        visit("an", f"/tiep-nhan/{TO_DECIDE}")
    )
