"""Every page shows what its reader needs, and refuses who may not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
import transaction
from house_people import LANG_SON, ident
from house_queue import taken_from_the_queue
from kept_case_files import CONDITIONAL, GONE, HELD, OLD, OLDER, RULES
from lxml import html
from plone import api
from sqlalchemy import select
from walked_lists import on

from archive.register.decisions import Hold, Order, OrderKind
from archive.register.models import CaseFile, Submission
from archive.register.session import reading
from archive.register.session import transaction as register_transaction
from portal.days import day_text
from portal.papers import mirror_all
from retention import tasks
from tests.archive.lists_of_before import an_old_list

pytestmark = pytest.mark.plone

TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")
ELSEWHERE = ident("submission", "000.00.05.H21.2023.01.KH")


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def order_on(case_file_id: str) -> Order:
    with reading() as session:
        lists = select(Order).where(Order.kind == OrderKind.DESTRUCTION)
        for order in session.scalars(lists.order_by(Order.created_at.desc())):
            if any(item.case_file_id == case_file_id for item in order.items):
                session.expunge_all()
                return order
    raise AssertionError("no order names it")


def refused(browser: Any) -> bool:
    """Say whether the page was refused: its status, or the login page after a redirect."""
    return status(browser) in (401, 403) or "/login?" in browser.url or "insufficient" in browser.url


DOORS = (
    # path, who may, who may not
    ("/tiep-nhan", ("an", "chi", "giang"), ("binh", "dung", "hoa", "khanh", "")),
    (f"/tiep-nhan/{TO_DECIDE}", ("an", "chi", "giang"), ("dung", "hoa", "khanh", "")),
    (f"/ho-so/{RULES.id}", ("an", "binh", "chi", "giang", "hoa"), ("dung", "khanh", "")),
    ("/tra-cuu", ("an", "hoa", "giang"), ("dung", "khanh", "")),
    ("/tieu-huy", ("an", "binh", "chi", "dung"), ("giang", "hoa", "khanh", "")),
    ("/ban-giao", ("an", "chi", "dung", "su"), ("binh", "giang", "hoa", "khanh", "")),
    ("/giu-ho-so", ("an", "binh", "chi", "dung"), ("giang", "hoa", "khanh", "")),
    ("/giu-nhieu-ho-so", ("an",), ("binh", "dung", "giang", "hoa", "khanh", "")),
    ("/nhat-ky", ("dung",), ("an", "chi", "hoa", "khanh", "")),
    ("/he-thong", ("khanh",), ("an", "hoa", "giang", "")),
    ("/ban-sao", ("an", "dung", "khanh"), ("giang", "hoa", "")),
    ("/chuyen-doi", ("an", "chi", "dung", "khanh"), ("binh", "giang", "hoa", "")),
    ("/tai-khoan", ("khanh",), ("an", "chi", "dung", "hoa", "")),
    ("/phong", ("an", "hoa"), ("dung", "khanh", "")),
)


@pytest.mark.parametrize(
    ("path", "login", "opens"),
    [(path, who, True) for path, may, _ in DOORS for who in may]
    + [(path, who, False) for path, _, not_ in DOORS for who in not_],
)
def test_a_door_opens_for_those_who_may_and_for_nobody_else(
    visit: Any, path: str, login: str, opens: bool
) -> None:
    browser = visit(login, path)
    if opens:
        assert status(browser) == 200, browser.page[:400]
    else:
        assert refused(browser), browser.url


def test_the_start_page_tells_an_archivist_what_waits(visit: Any) -> None:
    page = visit("an").page
    assert "Nguyễn Thị An" in page
    assert "Hồ sơ ban hành Quy chế văn thư năm 2024" in page
    assert "58/TTr-VP" in page


def test_the_start_page_says_to_a_stranger_what_this_is(visit: Any) -> None:
    browser = visit("")
    assert status(browser) == 200
    assert "Mọi hồ sơ được giữ nguyên vẹn" in browser.page
    assert "58/TTr-VP" not in browser.page


def test_an_administrator_sees_no_title_of_any_record(visit: Any) -> None:
    for path in ("", "/he-thong"):
        page = visit("khanh", path).page
        assert RULES.title not in page
        assert OLD.title not in page


def test_the_page_speaks_english_when_asked(visit: Any) -> None:
    assert "Submissions to decide" in visit("an", "?set_language=en").page


def test_an_official_sees_only_submissions_of_the_own_agency(visit: Any) -> None:
    page = visit("giang", "/tiep-nhan").page
    assert LANG_SON in page
    assert "000.00.05.H21.2023.01.KH" not in page
    assert status(visit("giang", f"/tiep-nhan/{ELSEWHERE}")) == 404


def test_findings_are_explained_with_remedy_and_clause_document_by_document(visit: Any) -> None:
    page = visit("an", f"/tiep-nhan/{TO_DECIDE}").page
    assert "Tên loại văn bản (TypeName) có giá trị lạ" in page
    assert "cán bộ lưu trữ có thể chấp nhận" in page
    assert "danh mục mã TT 05/2025" in page
    assert "Văn bản 2" in page


def test_the_browsers_tab_names_the_page(visit: Any) -> None:
    for path, name in (
        ("/tiep-nhan", "Tiếp nhận hồ sơ"),
        ("/khong-co", "Không có trang này"),
        ("/phong", "Phông"),
    ):
        assert f"<title>{name} — " in visit("an", path, accept="text/html").page


def test_the_list_filters_by_state(visit: Any) -> None:
    page = visit("an", "/tiep-nhan?state=returned").page
    assert "000.00.09.H42.2022.05.TB" in page
    assert RULES.code not in page


def test_an_archivist_accepts_and_the_submission_moves(visit: Any) -> None:
    browser = visit("an", f"/tiep-nhan/{TO_DECIDE}")
    browser.getControl(name="accept").click()
    with reading() as session:
        row = session.get_one(Submission, TO_DECIDE)
        assert (row.state, row.decided_by) == ("accepted", "an")


def test_a_return_needs_a_reason(visit: Any) -> None:
    browser = visit("an", f"/tiep-nhan/{TO_DECIDE}")
    browser.getControl(name="return").click()
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"
    browser = visit("an", f"/tiep-nhan/{TO_DECIDE}")
    browser.getControl(name="reason").value = "Bổ sung trang 4 của tờ trình"
    browser.getControl(name="return").click()
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "returned"


def test_an_act_without_the_token_is_refused(visit: Any) -> None:
    browser = visit("an", f"/tiep-nhan/{TO_DECIDE}")
    browser.post(browser.url, "accept=1")
    assert status(browser) == 403
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


@pytest.mark.parametrize("login", ["dung", "chi", "giang", "hoa", "khanh", "binh"])
def test_nobody_but_an_archivist_may_accept_a_submission(visit: Any, login: str) -> None:
    token = visit("an", f"/tiep-nhan/{TO_DECIDE}").getControl(name="_authenticator", index=0).value
    browser = visit(login)
    browser.post(
        f"{browser.url.split('/login')[0]}/tiep-nhan/{TO_DECIDE}", f"accept=1&_authenticator={token}"
    )
    with reading() as session:
        assert session.get_one(Submission, TO_DECIDE).state == "to-decide"


def test_the_progress_is_json(visit: Any) -> None:
    browser = visit("an", f"/tiep-nhan/{TO_DECIDE}/tien-do")
    assert browser.headers["Content-Type"].startswith("application/json")
    assert '"state": "to-decide"' in browser.page


def test_a_case_file_shows_documents_copies_retention_and_events(visit: Any) -> None:
    page = visit("an", f"/ho-so/{RULES.id}").page
    for text in (*RULES.subjects, "kho-a", "kho-c", "Bảo quản vĩnh viễn", "Đã lưu vào mọi kho"):
        assert text in page


def test_a_reader_does_not_see_that_a_conditional_case_file_exists(visit: Any) -> None:
    assert status(visit("an", f"/ho-so/{CONDITIONAL.id}")) == 200
    browser = visit("hoa", f"/ho-so/{CONDITIONAL.id}")
    assert status(browser) == 404
    assert CONDITIONAL.title not in browser.page


def test_a_destroyed_case_file_leaves_a_tombstone_without_content(visit: Any) -> None:
    page = visit("an", f"/ho-so/{GONE.id}").page
    assert GONE.code in page
    assert "41/QĐ-SNV" in page
    assert GONE.subjects[0] not in page
    assert GONE.component_id(1, "original") not in page


def test_an_auditor_sees_the_tombstone_but_no_living_case_file(visit: Any) -> None:
    assert status(visit("dung", f"/bia-mo/{GONE.id}")) == 200
    assert status(visit("dung", f"/bia-mo/{RULES.id}")) == 404


def test_a_verified_pdfa_may_be_shown_in_our_frame(visit: Any) -> None:
    browser = visit("an", f"/ho-so/{RULES.id}/xem/{RULES.component_id(1, 'pdfa')}")
    assert browser.headers["Content-Type"] == "application/pdf"
    assert browser.headers["Content-Disposition"].startswith("inline")
    assert "frame-ancestors 'self'" in browser.headers["Content-Security-Policy"]


@pytest.mark.parametrize("door", ["xem", "tep"])
def test_an_original_is_never_shown_only_downloaded_in_a_sandbox(visit: Any, door: str) -> None:
    browser = visit("an", f"/ho-so/{RULES.id}/{door}/{RULES.component_id(1, 'original')}")
    assert browser.headers["Content-Type"] == "application/octet-stream"
    assert browser.headers["Content-Disposition"].startswith("attachment")
    assert browser.headers["Content-Security-Policy"].startswith("sandbox")
    assert browser.headers["X-Content-Type-Options"] == "nosniff"


def test_reading_a_document_is_written_into_the_ledger(visit: Any) -> None:
    visit("an", f"/ho-so/{RULES.id}/xem/{RULES.component_id(1, 'pdfa')}")
    page = visit("dung", f"/nhat-ky?verb=VIEW&object={RULES.id}").page
    assert "Nguyễn Thị An" in page


def test_search_finds_without_accents_and_marks_the_words(visit: Any) -> None:
    page = visit("hoa", "/tra-cuu?q=quyet+dinh+31/2020").page
    assert "<mark>" in page
    assert RULES.id in page
    assert CONDITIONAL.title not in visit("hoa", "/tra-cuu").page


def test_search_text_is_escaped(visit: Any) -> None:
    page = visit("hoa", "/tra-cuu?q=%3Cscript%3Ealert(1)%3C/script%3E").contents
    assert "<script>alert(1)" not in page


@pytest.fixture
def approved(site: Any) -> Order:
    """The furnished list, handed over to the head, who confirmed it; `an` proposed it."""
    on(order_on(OLDER.id).id, now=datetime.now(UTC))
    return order_on(OLDER.id)


def execute_as_chi(visit: Any, order: Order) -> Any:
    browser = visit("chi", f"/tieu-huy/{order.id}")
    browser.getControl(name="password").value = "Luu-tru-2026-ch"
    browser.getControl(name="execute").click()
    return browser


def test_a_queue_that_is_down_is_said_and_nothing_is_destroyed(
    visit: Any, approved: Order, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", f"redis+socket://{tmp_path}/nobody.sock")
    assert "Hàng đợi không trả lời" in execute_as_chi(visit, approved).page
    assert order_on(OLDER.id).state == "approved"


def test_what_the_vault_has_against_it_is_asked_before_anything_is_sent(
    visit: Any, approved: Order, house_queue: None
) -> None:
    with register_transaction() as session:
        session.get_one(Order, approved.id).reason = "changed behind the ledger's back"
    assert "Việc tiêu hủy đã bắt đầu" not in execute_as_chi(visit, approved).page
    with pytest.raises(Empty):
        taken_from_the_queue()


def test_an_order_is_carried_out_by_a_worker_and_not_by_the_request(
    visit: Any, approved: Order, house_queue: None
) -> None:
    assert "Việc tiêu hủy đã bắt đầu" in execute_as_chi(visit, approved).page
    assert order_on(OLDER.id).state == "approved"
    name, args = taken_from_the_queue()
    assert (name, args[:2]) == ("retention.tasks.execute", [approved.id, "chi"])
    tasks.execute(*args)
    assert order_on(OLDER.id).state == "done"
    with reading() as session:
        assert session.get_one(CaseFile, OLDER.id).state == "destroyed"
    progress = json.loads(visit("chi", f"/tieu-huy/{approved.id}/tien-do").contents)
    assert (progress["running"], progress["done"], progress["total"]) == (False, 1, 1)


def test_the_dossier_follows_a_worker_at_the_next_post(
    visit: Any, dossier: Any, approved: Order, house_queue: None
) -> None:
    execute_as_chi(visit, approved)
    tasks.execute(*taken_from_the_queue()[1])
    browser = visit("an", f"/tieu-huy/{approved.id}")
    transaction.begin()
    assert api.content.get_state(dossier) == "listed"  # a GET writes nothing
    browser.getControl(name="mirror").click()
    transaction.begin()
    assert api.content.get_state(dossier) == "destroyed"
    assert 'name="mirror"' not in browser.page


def test_progress_is_shown_only_once_something_is_under_way(
    visit: Any, approved: Order, house_queue: None
) -> None:
    page = visit("chi", f"/tieu-huy/{approved.id}").page
    assert "data-progress=" not in page
    assert "data-progress=" in execute_as_chi(visit, approved).page


def test_a_refused_proposal_keeps_what_was_typed(visit: Any) -> None:
    browser = visit("an", f"/tieu-huy?agency={LANG_SON}")
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="number").value = "77/QĐ-UBND"
    browser.getControl(name="date").value = "2999-01-01"
    browser.getControl(name="reason").value = "Hết thời hạn bảo quản"
    browser.getControl(name="explanation").value = "Hình thành khi giải quyết việc thường xuyên"
    browser.getControl(name="make").click()
    assert status(browser) == 409
    assert "ngày của văn bản (01/01/2999) chưa tới" in browser.page
    assert browser.getControl(name="number").value == "77/QĐ-UBND"
    assert browser.getControl(name="reason").value == "Hết thời hạn bảo quản"
    assert browser.getControl(name="ids").value == [OLD.id]
    browser.getControl(name="date").value = "2026-11-20"
    browser.getControl(name="make").click()
    assert browser.url.endswith(f"/tieu-huy/{order_on(OLD.id).id}")


@pytest.mark.parametrize(
    ("sort", "first"), [("last-day", OLDER), ("-last-day", OLD), ("title", OLD), ("-title", OLDER)]
)
def test_what_is_due_is_sorted_as_asked(visit: Any, sort: str, first: Any) -> None:
    page = visit("an", f"/tieu-huy?agency={LANG_SON}&sort={sort}").page
    codes = [OLD.code, OLDER.code]
    assert min(codes, key=lambda code: page.index(f">{code}<")) == first.code


def test_who_does_not_take_the_next_step_is_told_who_can(visit: Any) -> None:
    order = order_on(OLDER.id)
    page = visit("an", f"/tieu-huy/{order.id}").page
    assert "Người làm được" in page and "<strong>Lê Minh Chi</strong>" in page
    page = visit("chi", f"/tieu-huy/{order.id}").page
    assert "Người làm được" not in page and 'name="council"' in page


def test_the_proposer_is_told_who_carries_it_out(visit: Any, approved: Order) -> None:
    page = visit("an", f"/tieu-huy/{approved.id}").page
    assert "Lê Minh Chi" in page
    assert 'name="execute"' not in page
    assert 'name="execute"' in visit("chi", f"/tieu-huy/{approved.id}").page


def test_a_receipt_says_what_is_gone(visit: Any) -> None:
    page = visit("chi", f"/tieu-huy/{order_on(GONE.id).id}").page
    assert "Đã xóa, kiểm tra lại không còn" in page
    assert "Đã hết<" not in page


@pytest.mark.parametrize(
    ("date", "until", "said"),
    [
        ("2999-01-01", "", "ngày của văn bản (01/01/2999) chưa tới"),
        ("20/11/2026", "1.11.2026", "sớm hơn ngày văn bản yêu cầu (20/11/2026)"),
        ("11/20/2026", "", "“11/20/2026” không phải là ngày; ghi ngày/tháng/năm"),
        ("20/11/2026", "sang năm", "“sang năm” không phải là ngày"),
        ("", "", "Ngày văn bản: chưa điền"),
    ],
)
def test_a_hold_with_impossible_days_is_refused_and_keeps_what_was_typed(
    visit: Any, date: str, until: str, said: str
) -> None:
    browser = visit("an", f"/giu-ho-so?ho_so={OLD.id}")
    browser.getControl(name="reason", index=0).value = "Phục vụ kiểm toán"
    browser.getControl(name="number", index=0).value = "9/KTNN"
    browser.getControl(name="date", index=0).value = date
    browser.getControl(name="until").value = until
    browser.getControl(name="place").click()
    assert said in browser.page
    beside = [str(one.text_content()) for one in html.fromstring(browser.page).cssselect(".tt-fault")]
    assert any(said in one for one in beside), beside  # above, and beside its field
    assert browser.getControl(name="reason", index=0).value == "Phục vụ kiểm toán"
    assert browser.getControl(name="date", index=0).value == day_text(date)
    with reading() as session:
        assert session.scalar(select(Hold).where(Hold.case_file_id == OLD.id)) is None


def test_an_auditor_sees_a_list_and_may_do_nothing_with_it(visit: Any) -> None:
    page = visit("dung", f"/tieu-huy/{order_on(OLDER.id).id}").page
    assert "58/TTr-VP" in page
    assert 'method="post"' not in page
    assert OLDER.title not in page


def test_a_hold_is_placed_and_needs_a_second_person_to_be_lifted(visit: Any) -> None:
    browser = visit("an", f"/giu-ho-so?ho_so={OLD.id}")
    browser.getControl(name="reason", index=0).value = "Phục vụ kiểm toán"
    browser.getControl(name="number", index=0).value = "9/KTNN"
    browser.getControl(
        name="date", index=0
    ).value = "01/11/2026"  # in November, not on the eleventh of January
    browser.getControl(name="place").click()
    with reading() as session:
        hold = session.scalar(select(Hold).where(Hold.case_file_id == OLD.id))
        assert hold is not None and hold.order_id
        assert session.get_one(Order, hold.order_id).document_date == date(2026, 11, 1)
    assert 'name="lift"' not in visit("an", "/giu-ho-so").page
    assert "Phục vụ kiểm toán" in visit("dung", "/giu-ho-so").page
    assert HELD.code in visit("dung", "/giu-ho-so").page


def test_the_auditor_verifies_the_ledger(visit: Any) -> None:
    browser = visit("dung", "/nhat-ky")
    browser.getControl(name="verify").click()
    assert "Sổ nhật ký toàn vẹn" in browser.page


def test_one_event_shows_its_hash_and_its_proof(visit: Any) -> None:
    page = visit("dung", "/nhat-ky/1").page
    assert "Khớp" in page
    assert '"format"' in visit("dung", "/nhat-ky/1/bang-chung").page


def test_nobody_who_is_no_manager_sees_plones_toolbar(visit: Any) -> None:
    assert 'id="edit-zone"' not in visit("an").page
    assert "tt-manager" not in visit("an").page


@pytest.fixture
def dossier(site: Any) -> Any:
    """The paper of the proposed list, mirrored."""
    mirror_all(site)
    transaction.commit()
    return site["danh-muc-huy"][order_on(OLDER.id).id]


def test_a_mirrored_dossier_begins_as_listed_and_mirroring_twice_changes_nothing(
    site: Any, dossier: Any
) -> None:
    before = sorted(site["danh-muc-huy"].objectIds())
    mirror_all(site)
    assert sorted(site["danh-muc-huy"].objectIds()) == before
    assert (api.content.get_state(dossier), dossier.regime) == ("listed", "R1")
    assert api.content.get_state(site["lenh-giu"].objectValues()[0]) == "placed"
    assert "fonds-LS-UBND" in site["phong"].objectIds()


@pytest.fixture
def old_dossier(site: Any) -> Any:
    """The paper of an open list made before there was a procedure."""
    with register_transaction() as session:
        order_id = an_old_list(
            session, LANG_SON, [OLD.id], "60/TTr", date(2026, 11, 10), by="an", now=datetime.now(UTC)
        )
    mirror_all(site)
    transaction.commit()
    return site["danh-muc-huy"][order_id]


def test_an_archivist_submits_the_dossier_of_an_old_list_and_the_head_asks_for_an_opinion(
    visit: Any, old_dossier: Any
) -> None:
    path = f"/danh-muc-huy/{old_dossier.getId()}"
    assert 'value="r1-submit"' not in visit("chi", path).page
    browser = visit("an", path)
    browser.getControl(name="step").value = ["r1-submit"]
    browser.getControl(name="push").click()
    transaction.begin()
    assert api.content.get_state(old_dossier) == "council-review"
    page = visit("chi", path).page
    assert 'value="r1-request-opinion"' in page
    assert 'value="r1-keep"' not in visit("binh", path).page  # said on the list itself: she gives it up there
    assert "r2-" not in page


def test_a_dossier_in_any_state_commands_nothing(visit: Any, old_dossier: Any) -> None:
    with api.env.adopt_roles(["Manager"]):
        api.content.transition(old_dossier, transition="follow-handed-over")
    transaction.commit()
    assert order_on(OLD.id).state == "proposed"
    assert 'name="execute"' not in visit("chi", f"/tieu-huy/{old_dossier.getId()}").page


@pytest.mark.parametrize("login", ["an", "binh", "chi"])
def test_an_open_list_of_before_is_only_given_up(visit: Any, old_dossier: Any, login: str) -> None:
    path = f"/tieu-huy/{old_dossier.getId()}"
    browser = visit(login, path)
    assert "trước khi danh mục phải đi đủ thủ tục" in browser.page
    for name in ("approve", "decide", "execute", "submit"):
        assert f'name="{name}"' not in browser.page
    browser.getControl(name="reason").value = "Lập lại theo đủ thủ tục"
    browser.getControl(name="refuse").click()
    assert "Đã bỏ danh mục" in browser.page and 'name="refuse"' not in browser.page
    assert order_on(OLD.id).state == "refused"
    token = visit("chi", f"/tieu-huy/{order_on(OLDER.id).id}").getControl(name="_authenticator", index=0)
    browser.post(browser.url, f"_authenticator={token.value}&approve=1")
    assert status(browser) >= 400


def test_a_list_of_before_that_has_ended_is_read(visit: Any) -> None:
    page = visit("dung", f"/tieu-huy/{order_on(OLD.id).id}").page
    assert "9/TTr-VP" in page and 'method="post"' not in page


def test_an_auditor_reads_a_dossier_and_changes_nothing(visit: Any, dossier: Any) -> None:
    browser = visit("dung", f"/danh-muc-huy/{dossier.getId()}")
    assert status(browser) == 200
    assert 'name="push"' not in browser.page
    assert refused(visit("hoa", f"/danh-muc-huy/{dossier.getId()}"))


def test_the_office_reads_why_an_archivist_returned_it(visit: Any) -> None:
    waiting = ident("submission", "000.00.01.H37.2024.12.QD")
    browser = visit("an", f"/tiep-nhan/{waiting}")
    browser.getControl(name="reason").value = "Thiếu phụ lục 2"
    browser.getControl(name="return").click()
    page = visit("giang", f"/tiep-nhan/{waiting}").page
    assert "Lý do lưu trữ viên trả lại:" in page
    assert "Thiếu phụ lục 2" in page
