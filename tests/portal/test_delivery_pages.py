"""The page of one delivery: what it holds, its files opened before anybody decides, and what became of it since."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from house_people import AGENCIES, LANG_SON, NOW, ident
from kept_case_files import GONE, RULES
from sent_submissions import RETURNED, TO_DECIDE
from sqlalchemy import select, update

import portal
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.models import CaseFile, StepResult, Submission
from archive.register.session import reading, transaction
from ingest import quarantine
from ingest.delivery import Delivery
from ingest.steps.step import Work
from portal.sending import SANDBOX

pytestmark = pytest.mark.plone

PAGE = f"/tiep-nhan/{TO_DECIDE}"


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def readings() -> list[EventRow]:
    with reading() as session:
        query = select(EventRow).where(EventRow.object_id == TO_DECIDE, EventRow.verb.in_(("VIEW", "COPY")))
        return list(session.scalars(query.order_by(EventRow.seq)))


def changed(**facts: Any) -> None:
    with transaction() as session:
        session.execute(update(Submission).where(Submission.id == TO_DECIDE).values(**facts))


def test_the_page_shows_the_description_with_the_laws_names_and_every_document(visit: Any) -> None:
    page = visit("an", PAGE).page
    for words in (
        "Thời hạn bảo quản",
        "20 năm",
        "Ban hành Quy chế công tác văn thư",
        "01/05/2024",
        "PDF 1.7",
    ):
        assert words in page
    assert "Quyết định số 11/QĐ-UBND" in page
    assert "Ủy ban nhân dân tỉnh Lạng Sơn, chữ ký hợp lệ" in page
    assert "fmt/276" not in page
    assert f"{PAGE}/tep/1-1" in page
    assert f"{PAGE}?xem=2-1#tt-viewer" in page


def test_the_archivist_reads_the_verified_pdfa_before_deciding_and_the_ledger_says_so(visit: Any) -> None:
    page = visit("an", f"{PAGE}?xem=1-1").page
    assert f"{PAGE}/xem/1-1" in page.split("<iframe")[1]
    browser = visit("an", f"{PAGE}/xem/1-1")
    assert browser.headers["Content-Type"] == "application/pdf"
    assert browser.headers["Content-Disposition"].startswith('inline; filename="Quy_t ')
    assert "frame-ancestors 'self'" in browser.headers["Content-Security-Policy"]
    (event,) = readings()
    assert (event.verb, event.actor, event.object_kind) == ("VIEW", "an", "submission")
    assert event.payload == {"document": "1", "file": "1", "role": "pdfa"}


def test_an_original_is_a_download_in_a_sandbox(visit: Any) -> None:
    browser = visit("an", f"{PAGE}/tep/1-1")
    assert browser.headers["Content-Type"] == "application/octet-stream"
    assert browser.headers["Content-Disposition"].startswith("attachment;")
    assert browser.headers["Content-Security-Policy"] == SANDBOX
    assert [event.verb for event in readings()] == ["COPY"]


def test_an_original_with_macros_is_not_given_and_its_pdfa_is(visit: Any) -> None:
    assert status(visit("an", f"{PAGE}/tep/3-1")) == 404
    assert status(visit("an", f"{PAGE}/xem/3-1")) == 200
    assert f"{PAGE}/tep/3-1" not in visit("an", PAGE).page


@pytest.mark.parametrize("numbers", ["9-1", "1-9", "0-1", "1", "..%2f..%2fraw", "1-1-1", "1-99999999"])
def test_a_file_that_is_not_there_is_not_found(visit: Any, numbers: str) -> None:
    for door in ("xem", "tep"):
        assert status(visit("an", f"{PAGE}/{door}/{numbers}")) == 404


@pytest.mark.parametrize("login", ["hoa", "dung", "khanh", "binh", ""])
def test_nobody_without_business_there_opens_a_file(visit: Any, login: str) -> None:
    page = visit(login, f"{PAGE}/xem/1-1").page
    assert "%PDF" not in page
    assert readings() == []


def test_before_the_last_look_for_secrecy_nothing_is_shown_or_opened(visit: Any) -> None:
    with transaction() as session:
        step = session.get_one(StepResult, (TO_DECIDE, "check"))
        session.delete(step)
    changed(state="checking")
    assert "Thời hạn bảo quản" not in visit("an", PAGE).page
    assert status(visit("an", f"{PAGE}/xem/1-1")) == 404
    assert status(visit("an", f"{PAGE}/tep/1-1")) == 404


def test_of_a_refused_delivery_nothing_is_shown_or_opened(visit: Any) -> None:
    changed(state="refused")
    assert "Thời hạn bảo quản" not in visit("an", PAGE).page
    assert status(visit("an", f"{PAGE}/tep/1-1")) == 404


def test_bytes_that_are_not_what_was_judged_are_not_sent(visit: Any) -> None:
    place = quarantine.work(TO_DECIDE) / "derived" / "1.pdf"
    place.write_bytes(place.read_bytes()[:-1] + b"x")
    assert status(visit("an", f"{PAGE}/xem/1-1")) == 409
    assert readings() == []


def test_a_path_out_of_the_quarantine_is_not_followed(visit: Any, archive_house: Any) -> None:
    outside = archive_house / "outside.pdf"
    place = quarantine.work(TO_DECIDE) / "derived" / "1.pdf"
    outside.write_bytes(place.read_bytes())
    place.unlink()
    place.symlink_to(outside)
    assert status(visit("an", f"{PAGE}/xem/1-1")) in (404, 503)
    assert readings() == []


def test_a_hostile_name_breaks_neither_page_nor_header(visit: Any) -> None:
    work = Work(TO_DECIDE, LANG_SON, "sip", "", None, None, quarantine.work(TO_DECIDE), {})  # type: ignore[arg-type]
    text = (work.folder / "delivery.json").read_text("utf-8")
    name = '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e\\"\\r\\nX-Evil: 1.pdf'
    (work.folder / "delivery.json").write_text(text.replace("Quyết định 11.pdf", name), "utf-8")
    assert work.load("delivery", Delivery).documents[0].files[0].name.startswith("<script>")
    assert b"<script>alert" not in visit("an", PAGE).contents.encode()
    browser = visit("an", f"{PAGE}/tep/1-1")
    assert status(browser) == 200
    assert "X-Evil" not in browser.headers
    assert "script" in browser.headers["Content-Disposition"]


def test_after_destruction_the_page_says_so_and_offers_no_case_file_to_open(visit: Any) -> None:
    page = visit("an", f"/tiep-nhan/{ident('submission', GONE.code)}").page
    assert "Hồ sơ của lần nộp này đã hủy" in page
    assert "Hồ sơ đã hủy" in visit("an", "/tiep-nhan?state=stored").page
    for words in (">Đã lưu<", "Mở hồ sơ", "Không phát hiện"):
        assert words not in page


def test_after_the_handing_over_the_page_says_so(visit: Any) -> None:
    one = f"/tiep-nhan/{ident('submission', RULES.code)}"
    assert "Mở hồ sơ" in visit("an", one).page
    with transaction() as session:
        row = session.get_one(CaseFile, RULES.id)
        row.state, row.gone_at = "transferred", row.stored_at
    page = visit("an", one).page
    assert "Hồ sơ của lần nộp này đã nộp lưu" in page
    assert ">Đã lưu<" not in page


def test_findings_stand_under_the_document_they_are_about_with_a_way_to_it(visit: Any) -> None:
    page = visit("an", PAGE).page
    group = page.split("Phát hiện")[1].split("tt-documents")[0]
    assert 'Văn bản 2: <a href="#vb-2">Đề nghị ban hành Quy chế công tác văn thư</a>' in group
    assert 'id="vb-2"' in page
    for words in (
        "document 2",
        "văn bản 2 / Tên loại văn bản",
        "có giá trị lạ",
        "Cách khắc phục",
        "danh mục mã",
    ):
        assert (words in group) is (words != "document 2"), words


# deadlines and names


def test_the_list_tells_what_is_left_and_what_is_overdue_and_sorts_by_it(visit: Any) -> None:
    page = visit("an", "/tiep-nhan?sort=due").page
    first, second = "Hồ sơ kế hoạch cải cách hành chính", "Hồ sơ ban hành Quy chế văn thư năm 2024"
    assert page.index(first) < page.index(second)
    assert re.search(r"quá hạn \d+ (ngày|giờ)", page)
    assert "còn 3 giờ" in page
    late = visit("an", "/tiep-nhan?late=1").page
    assert first in late
    assert second not in late


def test_a_delivery_without_a_title_is_told_by_when_it_came_and_its_number_once(visit: Any) -> None:
    changed(title="", file_name="", file_code="", message_id="axis-77-31")
    page = visit("an", "/tiep-nhan?state=to-decide").page
    assert "Lần nộp lúc" in page
    assert page.count("axis-77-31") == 1
    assert "Lần nộp lúc" in visit("an", PAGE).page
    assert "Lần nộp lúc" in visit("an", "").page


# events


def test_events_are_paged_and_one_check_is_not_told_twice(visit: Any) -> None:
    with transaction() as session:
        for payload in (
            {"profile": "lang-son", "codes": ["V04"]},
            {"codes": ["V04"], "title": "x", "file_code": "y"},
            {"state": "to-decide"},
            *({"codes": [str(number)]} for number in range(20)),
        ):
            append(
                session,
                Verb.VALIDATE,
                actor="system:ingest",
                kind="submission",
                id=TO_DECIDE,
                payload=payload,
            )
    newest = visit("an", PAGE)
    assert "Kiểm tra theo quy tắc" not in newest.page
    older = newest.getLink("Sự kiện cũ hơn")
    older.click()
    for words in ("Kiểm tra theo quy tắc: 1 loại phát hiện", "Ghi nhận mô tả hồ sơ", "Chờ quyết định"):
        assert newest.page.count(words) >= 1, words
    assert newest.page.count("Kiểm tra theo quy tắc") == 1
    assert "Sự kiện mới nhất" in newest.page


def test_an_official_does_not_learn_who_read_the_delivery(visit: Any) -> None:
    visit("an", f"{PAGE}/xem/1-1")
    assert "Đọc: văn bản 1" in visit("an", PAGE).page
    assert "Đọc: văn bản" not in visit("giang", PAGE).page


def test_a_returned_delivery_still_shows_what_it_holds(visit: Any) -> None:
    page = visit("an", f"/tiep-nhan/{RETURNED}").page
    assert "Thông báo số 3" in page


# returning single documents


def posted(visit: Any, login: str, **fields: str) -> Any:
    browser = visit(login, PAGE)
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(browser.url, urlencode({"_authenticator": token, **fields}))
    return browser


def test_an_archivist_returns_one_document_and_the_office_mends_that_alone(visit: Any) -> None:
    marks = {"mark:list": "2", "why-2": "thiếu trang 3", "return-documents": "1"}
    browser = posted(visit, "an", **marks)
    assert "Cơ quan chỉ phải gửi lại các văn bản đã đánh dấu." in browser.page
    page = visit("giang", PAGE).page
    assert "Lưu trữ trả lại: thiếu trang 3" in page
    mending = visit("giang", f"{PAGE}/gui-lai").page
    assert "thiếu trang 3" in mending
    assert (
        mending.index('name="files-2:list"')
        < mending.index("Thay văn bản khác")
        < mending.index('name="files-1:list"')
    )
    assert 'name="field-2-Subject"' in mending
    assert 'name="field-1-Subject"' not in mending


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ({"mark:list": "2", "why-2": " ", "why-1": "giữ lại chữ này"}, "văn bản số 2 được đánh dấu"),
        ({"mark:list": "9", "why-1": "giữ lại chữ này"}, "không có văn bản số 9"),
        ({"why-1": "giữ lại chữ này"}, "chưa đánh dấu văn bản nào"),
    ],
)
def test_a_mark_that_says_too_little_keeps_what_was_typed(
    visit: Any, marks: dict[str, str], said: str
) -> None:
    browser = posted(visit, "an", **marks, **{"return-documents": "1"})
    assert said.casefold() in browser.page.casefold()
    assert 'value="giữ lại chữ này"' in browser.page
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


def test_who_is_no_archivist_sees_no_marks_and_cannot_return_a_document(visit: Any) -> None:
    assert "return-documents" not in visit("giang", PAGE).page
    token = visit("an", PAGE).getControl(name="_authenticator", index=0).value
    browser = visit("giang", PAGE)
    fields = {"_authenticator": token, "mark:list": "1", "why-1": "x", "return-documents": "1"}
    browser.post(browser.url, urlencode(fields))
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


def test_what_an_archivist_returned_with_its_errors_is_shown_though_its_check_is_not_recorded(
    visit: Any,
) -> None:
    with transaction() as session:
        session.delete(session.get_one(StepResult, (TO_DECIDE, "check")))
    assert "Thời hạn bảo quản" in visit("an", PAGE).page
    posted(visit, "an", **{"mark:list": "2", "why-2": "thiếu trang 3", "return-documents": "1"})
    assert "Thời hạn bảo quản" in visit("giang", PAGE).page
    changed(decided_by="system:ingest")
    assert "Thời hạn bảo quản" not in visit("giang", PAGE).page


# asking the office


def test_an_archivist_asks_the_office_answers_and_both_see_it(visit: Any) -> None:
    asking = posted(visit, "an", question="Phụ lục 2 có kèm không?", ask="1")
    assert "Đã hỏi." in asking.page
    assert "Hạn xử lý" in visit("an", PAGE).page  # a question stops no clock
    listed = visit("giang", "/tiep-nhan?asked=1").page
    assert "Hồ sơ ban hành Quy chế văn thư năm 2024" in listed
    assert "Chờ cơ quan trả lời" in visit("giang", "/tiep-nhan").page
    office = visit("giang", PAGE)
    assert "Phụ lục 2 có kèm không?" in office.page
    office.getControl(name="answer-text").value = "Có, ở tệp 3."
    office.getControl(name="answer").click()
    assert "Đã trả lời." in office.page
    page = visit("an", PAGE).page
    assert "Có, ở tệp 3." in page
    assert "(Cán bộ nộp lưu)" in page
    assert "Không có lần nộp nào" in visit("giang", "/tiep-nhan?asked=1").page
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


def test_a_question_that_is_too_long_is_refused_and_kept_on_the_page(visit: Any) -> None:
    browser = posted(visit, "an", question="dài " * 300, ask="1")
    assert "nhiều nhất là" in browser.page
    assert "dài dài" in browser.page.split('id="question"')[1][:400]


def test_who_may_not_decide_sees_no_field_to_ask_and_a_head_none_to_answer(visit: Any) -> None:
    posted(visit, "an", question="Phụ lục 2 có kèm không?", ask="1")
    assert 'name="question"' not in visit("giang", PAGE).page
    head = visit("chi", PAGE).page
    assert "Phụ lục 2 có kèm không?" in head
    assert 'name="answer-text"' not in head


def test_a_reason_for_a_return_keeps_its_lines(visit: Any) -> None:
    browser = visit("an", PAGE)
    browser.getControl(name="reason").value = "Thiếu tờ trình.\nThiếu phụ lục 2."
    browser.getControl(name="return").click()
    said = re.search(r'<span class="tt-said">(.*?)</span>', visit("giang", PAGE).page, re.S)
    assert said and " ".join(said[1].split()) == "Thiếu tờ trình. Thiếu phụ lục 2."
    assert "\n" in said[1]
    style = (Path(portal.__file__).parent / "theme" / "static" / "tangthu.css").read_text("utf-8")
    assert re.search(r"\.tt-said \{[^}]*white-space: pre-line", style)


def test_a_sender_that_is_not_in_the_register_is_called_that(visit: Any) -> None:
    changed(agency_code="H99.99")
    for path in (PAGE, "/tiep-nhan", ""):
        assert "Cơ quan chưa có trong sổ đăng ký (mã H99.99)" in visit("an", path).page


def test_who_sent_it_is_told_that_another_archivist_accepts(visit: Any) -> None:
    with transaction() as session:
        append(session, Verb.INGEST, actor="an", kind="submission", id=TO_DECIDE, payload={}, now=NOW)
    page = visit("an", PAGE).page
    assert "nên phải do lưu trữ viên khác tiếp nhận" in page
    assert 'name="accept"' not in page
    assert 'name="return"' in page


def test_a_role_is_told_with_the_name_of_its_agency(visit: Any) -> None:
    lines = re.findall(r'<span class="tt-person-role">(.*?)</span>\s*</span>', visit("giang").page, re.S)
    assert [re.sub(r"<[^>]+>", "", line) for line in lines] == [f"Cán bộ nộp lưu · {AGENCIES[LANG_SON][0]}"]


def test_an_official_sees_first_what_was_sent_back_to_the_own_agency_until_it_is_mended(visit: Any) -> None:
    with transaction() as session:
        session.execute(update(Submission).where(Submission.id == RETURNED).values(agency_code=LANG_SON))
    heading = "Bị trả lại, bạn cần sửa"
    page = visit("giang").page
    assert page.index(heading) < page.index(f"/tiep-nhan/{RETURNED}") < page.index("Hồ sơ chờ quyết định")
    assert heading not in visit("lan").page, "an archivist has it mended by the office"
    with transaction() as session:
        later = session.get_one(Submission, TO_DECIDE)
        later.mends = RETURNED
    assert heading not in visit("giang").page
