"""A form of the destruction procedure that was refused says beside each field what is missing, and stays as it was."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from house_people import AN, BINH, CHI, LANG_SON
from kept_case_files import OLD, OLDER
from linked_list import a_linked_list
from openpyxl import Workbook
from sqlalchemy import select

from archive.ledger.rows import EventRow
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.reason import because
from archive.register.decisions import Hold, Order, OrderItem, OrderState
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.procession import Papers, People, Wanted, walk, walk_on
from portal.browser.form_fields import Fault, Field, FormError, faults_in, refuse
from retention import destruction, holds
from retention.own_lines import HEADINGS
from retention.procedure import council, listing, notice, taking

LAN = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, LAN)
plone = pytest.mark.plone


def now() -> datetime:
    return datetime.now(UTC)


def wanted(*ids: str) -> Wanted:
    return Wanted(LANG_SON, ids or (OLD.id,), "91/QĐ-UBND", day_of(now()))


def walked(to: State) -> Story:
    with transaction() as session:
        return walk(session, wanted(), WHO, now=now(), to=to)


def told(order_id: str) -> Story:
    with reading() as session:
        return taking.story(session, order_id)


def message(page: str) -> str:
    """Return the message above the page."""
    return page.split('id="global_statusmessage"', 1)[1].split("</aside>", 1)[0]


def test_every_field_that_is_empty_or_wrong_is_a_fault_and_no_other() -> None:
    fields = (
        Field("number", "Số"),
        Field("date", "Ngày", "date"),
        Field("verdict", "Ý kiến", "verdict"),
        Field("more", "Thêm", required=False),
    )
    today = date(2026, 11, 20)
    empty = list(faults_in({}, fields, today=today))
    assert [(one.field, one.why.code) for one in empty] == [
        ("number", "portal.not-filled-in"),
        ("date", "portal.not-filled-in"),
        ("verdict", "portal.not-chosen"),
    ]
    given = {"number": "1", "date": "2026-11-21", "verdict": "for"}
    assert [one.why.code for one in faults_in(given, fields, today=today)] == ["portal.date-to-come"]
    assert not list(faults_in({**given, "date": "2026-11-20"}, fields, today=today))
    refuse(())
    with pytest.raises(FormError) as refused:
        refuse([Fault("number", "Số", because("portal.not-filled-in"))])
    assert len(refused.value.faults) == 1


@plone
def test_a_vote_without_a_choice_or_a_reason_says_so_beside_its_field(visit: Any) -> None:
    id = walked(State.COUNCIL_REVIEW).order_id
    path = f"/tieu-huy/{id}"
    browser = visit("binh", path)
    assert f'href="http://nohost/plone/ho-so/{OLD.id}"' in browser.page.split("<legend>", 1)[1]
    browser.getControl(name="vote").click()
    assert "409" in browser.headers["Status"]
    assert "Chưa chọn ý kiến nào" in browser.page.split('id="fault-rest"', 1)[1][:200]
    browser.getControl(name=f"choice-{OLD.id}").value = ["extend"]
    browser.getControl(name="vote").click()
    lines = message(browser.page)
    for field, label in (("reason", "Lý do, nếu giữ lại hoặc kéo dài"), ("period", "Thời hạn mới")):
        beside = browser.page.split(f'id="fault-{field}-{OLD.id}"', 1)[1][:200]
        assert "chưa điền" in beside and OLD.code in beside
        assert label in lines
    assert lines.count("<li>") == 2  # a list, no paragraph
    assert browser.getControl(name=f"choice-{OLD.id}").value == ["extend"]
    assert not told(id).votes


@plone
def test_an_empty_council_and_an_opinion_without_a_verdict_name_their_fields(visit: Any) -> None:
    id = walked(State.LISTED).order_id
    path = f"/tieu-huy/{id}"
    browser = visit("chi", path)
    browser.getControl(name="council").click()
    assert "chưa chọn" in browser.page.split('id="fault-seats"', 1)[1][:200]
    assert "chưa điền" in browser.page.split('id="fault-council-number"', 1)[1][:200]
    browser.getControl(name="number").value = "92/QĐ"
    browser.getControl(name="date").value = day_of(now()).isoformat()
    browser.getControl(name="seat-binh").value = ["chair"]
    browser.getControl(name="council").click()
    lines = message(browser.page)
    assert lines.count("<li>") >= 2 and "thư ký" in lines and "; " not in lines.split("<ul", 1)[0]
    with transaction() as session:
        walk_on(session, told(id), Papers(wanted()), WHO, now=now(), to=State.OPINION_REQUESTED)
    browser = visit("an", path)
    browser.getControl(name="number").value = "3/YK"
    browser.getControl(name="date").value = day_of(now()).isoformat()
    browser.getControl(name="record").click()
    assert told(id).state is State.OPINION_REQUESTED
    assert "chưa chọn" in browser.page.split('id="fault-record-verdict"', 1)[1][:200]
    assert browser.getControl(name="number").value == "3/YK"


@plone
def test_a_refused_giving_up_keeps_its_form_open_and_a_hold_its_fields(visit: Any) -> None:
    id = walked(State.COUNCIL_REVIEW).order_id
    browser = visit("an", f"/tieu-huy/{id}")
    browser.getForm(id="abort").getControl(name="abort").click()
    form = browser.page.split('id="abort"', 1)
    assert form[0].rstrip().rsplit("<details", 1)[1].split(">", 1)[0].endswith('open="open"')
    assert "chưa điền" in form[1].split("</form>", 1)[0]
    browser = visit("an", f"/giu-ho-so?ho_so={OLD.id}")
    browser.getControl(name="number", index=0).value = "9/CV"
    browser.getControl(name="place").click()
    lines = message(browser.page)
    assert "Lý do: chưa điền" in lines and "Ngày" in lines and lines.count("<li>") == 2
    assert browser.page.count('class="tt-fault"') == 2
    assert browser.getControl(name="number", index=0).value == "9/CV"
    with reading() as session:
        assert not session.scalars(select(Hold).where(Hold.case_file_id == OLD.id)).all()


@plone
def test_why_linked_documents_go_is_only_asked_where_some_are_linked(visit: Any, tmp_path: Path) -> None:
    asked = []
    for made in (lambda: walked(State.LISTED).order_id, lambda: a_linked_list(tmp_path / "packing")):
        id = made()
        with transaction() as session:
            told_of = notice.endings(session, taking.story(session, id).items)
            notice.give(session, told_of, now=now() - timedelta(days=notice.DAYS))
            council.form(session, id, WHO.council(), Papers(wanted()).named("HD"), viewer=CHI, now=now())
        page = visit("an", f"/tieu-huy/{id}").page
        assert 'name="submit"' in page
        asked.append('name="linked"' in page)
    assert asked == [False, True]


@plone
def test_a_carried_out_list_says_how_many_were_held_and_who_had_nothing(visit: Any) -> None:
    with transaction() as session:
        named = select(Order.id).join(OrderItem).where(OrderItem.case_file_id == OLDER.id)
        for one in session.scalars(named.where(Order.state == OrderState.PROPOSED)):
            listing.abort(session, one, reason="lập lại", viewer=AN, now=now())
        both = wanted(OLD.id, OLDER.id)
        id = walk(session, both, WHO, now=now(), to=State.HANDED_OVER).order_id
        holds.place(
            session,
            agency_code=LANG_SON,
            case_file_ids=[OLD.id],
            reason="Thanh tra",
            document_number="9/CV",
            document_date=day_of(now()),
            viewer=AN,
            now=now(),
        )
    page = visit("lan", f"/tieu-huy/{id}").page
    assert "không thể hoàn tác" in page.split('id="forward"', 1)[1].split("</form>", 1)[0].lower()
    destruction.execute(id, viewer=LAN, now=now())
    page = visit("an", f"/tieu-huy/{id}").page
    assert "đã hủy 1 trên 2 hồ sơ, 1 được giữ" in page
    receipts = page.split('id="receipts"', 1)[1].split("</section>", 1)[0]
    assert OLDER.code in receipts and OLD.code not in receipts  # by case file
    nothing = receipts.split("Không có gì để xóa", 1)[0].rsplit("<span", 1)[1]
    assert 'data-tone="quiet"' in nothing
    papers = page.split('id="papers"', 1)[1].split("</section>", 1)[0]
    for number in ("/TTr", "/QĐ-HĐ", "/BB<", "/XYK", "/YK<", "91/QĐ-UBND<", "/BBBG"):
        assert number in papers, number
    events = visit("dung", f"/nhat-ky?object={id}").page
    assert "đã hủy 1 trên 2" in visit("an", "/tieu-huy").page and "Kết luận" in events


@plone
def test_an_auditor_reads_words_with_the_code_beside_them(visit: Any) -> None:
    id = walked(State.HANDED_OVER).order_id
    with reading() as session:
        rows = session.scalars(select(EventRow).where(EventRow.object_id == id)).all()
        numbers = {row.payload["step"]["id"]: row.seq for row in rows if "step" in row.payload}
    wanted_words = {
        "council": ("Trần Văn Bình", "Chủ tịch", "binh · chair"),
        "vote": ("đã biểu quyết", "vote", "Hủy", "destroy"),
        "record-opinion": ("Đồng ý với danh mục", "for", "Nội dung ý kiến"),
        "hand-over": ("Bùi Lan", "lan", "Người thực hiện tiêu hủy"),
        "release": ("mã dùng một lần của ứng dụng xác thực", "totp", "handed-over"),
    }
    for step, texts in wanted_words.items():
        page = visit("dung", f"/nhat-ky/{numbers[step]}").page
        told_ = page.split("Nội dung ghi nhận", 1)[1].split("Nguyên văn", 1)[0]
        for text in texts:
            assert text in told_, (step, text)
        for raw in (">step<", ">on<", ">factors<", ">receiver<", ">verdict<", ">members<", "['"):
            assert raw not in told_, (step, raw)


@plone
def test_a_schedule_without_a_row_is_an_error(visit: Any) -> None:
    book = Workbook()
    book.active.append(list(HEADINGS.values()))
    stream = io.BytesIO()
    book.save(stream)
    browser = visit("an", "/bang-thoi-han/moi")
    browser.getControl(name="sheet").add_file(io.BytesIO(stream.getvalue()), "application/xlsx", "b.xlsx")
    browser.getControl(name="look").click()
    assert "Không có dòng nào dưới dòng tiêu đề" in browser.page and "Chưa ghi gì" in browser.page
    assert "Đọc được 0 dòng" not in browser.page
