"""A case file goes to the Historical Archive over pages: proposed, decided, sent by a worker, received, proven."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from a_furnished_house import LANG_SON, OLD, RULES
from handed_over import hand_over, proposed, sent
from house_queue import taken_from_the_queue
from sqlalchemy import select

from archive.register.decisions import Order, OrderKind
from archive.register.models import CaseFile
from archive.register.session import reading
from exports import tasks
from exports.reception import unanswered
from exports.settings import ExportsSettings

pytestmark = pytest.mark.plone

WORK = {"exports.tasks.send": tasks.send, "exports.tasks.receive": tasks.receive}


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def transfer_of(case_file_id: str) -> Order:
    with reading() as session:
        query = select(Order).where(Order.kind == OrderKind.TRANSFER).order_by(Order.created_at.desc())
        for order in session.scalars(query):
            if any(item.case_file_id == case_file_id for item in order.items):
                session.expunge_all()
                return order
    raise AssertionError("no hand-over names it")


def a_worker_does_it() -> str:
    name, args = taken_from_the_queue()
    WORK[name](*args)
    return name


def propose(visit: Any, who: str = "an", **more: Any) -> Any:
    browser = visit(who, f"/ban-giao?agency={LANG_SON}")
    filled = {"ids": [RULES.id], "number": "12/KH-UBND", "date": "2026-11-20", "reason": "Theo kế hoạch năm"}
    for name, value in (filled | more).items():
        browser.getControl(name=name).value = value
    browser.getControl(name="propose").click()
    return browser


def decide(visit: Any, order: Order, password: str = "Luu-tru-2026-ch") -> Any:
    browser = visit("chi", f"/ban-giao/{order.id}")
    browser.getControl(name="password").value = password
    browser.getControl(name="approve").click()
    return browser


def test_a_case_file_is_handed_over_by_three_people(visit: Any, house_queue: None) -> None:
    assert RULES.title in visit("an", "/ban-giao").page
    browser = propose(visit)
    order = transfer_of(RULES.id)
    assert browser.url.endswith(f"/ban-giao/{order.id}")
    assert "Chờ người đứng đầu cơ quan quyết định" in browser.page

    assert "Mật khẩu không đúng" in decide(visit, order, "wrong").page
    assert transfer_of(RULES.id).state == "proposed"
    decide(visit, order)
    assert transfer_of(RULES.id).state == "approved"

    browser = visit("an", f"/ban-giao/{order.id}")
    assert "data-progress=" not in browser.page
    browser.getControl(name="send").click()
    assert "data-progress=" in browser.page
    assert transfer_of(RULES.id).state == "approved"  # a worker does it, not the request
    assert a_worker_does_it() == "exports.tasks.send"
    progress = json.loads(visit("an", f"/ban-giao/{order.id}/tien-do").contents)
    assert (progress["running"], progress["done"], progress["total"]) == (True, 1, 1)
    assert progress["text"] == "Đã gửi hết các gói; còn chờ 1 biên nhận"

    assert "<strong>1</strong>" in visit("su").page  # the tile of the start page
    browser = visit("su", "/ban-giao")
    assert RULES.title in browser.page
    assert "Chờ kiểm tra" in browser.page
    browser.getControl(name="receive").click()
    assert a_worker_does_it() == "exports.tasks.receive"
    with reading() as session:
        assert session.get_one(CaseFile, RULES.id).state == "transferred"

    page = visit("an", f"/ban-giao/{order.id}").page
    assert "TN-2026-00001" in page
    assert "Hoàng Văn Sử" in page
    receipt = visit("su", f"/ban-giao/{order.id}/bien-nhan/{RULES.id}")
    told = json.loads(receipt.contents)
    assert (told["number"], told["accepted"], told["by"]) == ("TN-2026-00001", True, "su")
    assert told["sha256"] == told["sent_sha256"]
    assert "attachment" in receipt.headers["Content-Disposition"]
    assert (
        RULES.title
        not in visit("an", f"/ban-giao?agency={LANG_SON}").page.split("Hồ sơ vĩnh viễn chưa nộp")[1]
    )


def test_what_was_handed_over_is_refused_a_second_time_in_words(
    visit: Any, site: Any, tmp_path: Path
) -> None:
    browser = visit("an", f"/ban-giao?agency={LANG_SON}")
    browser.getControl(name="ids").value = [RULES.id]
    browser.getControl(name="number").value = "13/KH"
    browser.getControl(name="date").value = "2026-11-20"
    browser.getControl(name="reason").value = "Lần nữa"
    proposed(RULES, "12/KH-UBND")  # somebody was faster
    browser.getControl(name="propose").click()
    assert status(browser) == 409
    assert f"{RULES.code} đã có trong đợt bàn giao theo văn bản số 12/KH-UBND" in browser.page
    assert browser.getControl(name="number").value == "13/KH"
    assert "Đã có trong một đợt bàn giao" in browser.page


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ids": []}, "Hãy chọn ít nhất một hồ sơ"),
        ({"date": "2999-01-01"}, "Ngày của văn bản (01/01/2999) chưa tới"),
        ({"date": ""}, "Chưa ghi ngày của văn bản"),
    ],
)
def test_a_form_that_is_not_right_says_so_and_keeps_what_was_typed(
    visit: Any, more: dict[str, Any], said: str
) -> None:
    browser = propose(visit, **more)
    assert said in browser.page
    assert browser.getControl(name="reason").value == "Theo kế hoạch năm"


def test_the_head_finds_the_hand_over_on_the_start_page(visit: Any) -> None:
    assert "Chưa có đợt bàn giao nào" in visit("dung", "/ban-giao").page
    order_id = proposed(RULES, "12/KH-UBND")
    page = visit("chi").page
    assert f"/ban-giao/{order_id}" in page
    assert "Theo kế hoạch" not in visit("su").page


def test_the_proposer_is_told_that_the_head_decides(visit: Any) -> None:
    order_id = proposed(RULES, "12/KH")
    page = visit("an", f"/ban-giao/{order_id}").page
    assert "người đồng ý phải là người khác" in page
    assert "<strong>Lê Minh Chi</strong>" in page
    assert 'name="approve"' not in page


@pytest.mark.parametrize("who", ["binh", "giang", "hoa", "khanh", ""])
def test_nobody_else_opens_the_hand_over(visit: Any, who: str) -> None:
    for path in ("/ban-giao", f"/ban-giao/{proposed(RULES, '1/KH')}" if who == "binh" else "/ban-giao"):
        browser = visit(who, path)
        assert status(browser) in (401, 403, 404) or "/login?" in browser.url or "insufficient" in browser.url


def test_an_archivist_of_another_agency_finds_no_such_hand_over(
    visit: Any, site: Any, tmp_path: Path
) -> None:
    ids = hand_over(tmp_path)
    assert status(visit("lan", f"/ban-giao/{ids['handover_proposed']}")) == 200
    for path in ("", "/tien-do", "/muc-luc"):
        assert status(visit("lan", f"/ban-giao/{ids['handed_over']}{path}")) == 404
    assert "Gia Lai" not in visit("lan", "/ban-giao").page


def test_an_auditor_looks_and_changes_nothing(visit: Any, site: Any) -> None:
    order_id = sent(RULES, "12/KH")
    for path in ("/ban-giao", f"/ban-giao/{order_id}"):
        page = visit("dung", path).page
        assert 'method="post"' not in page, path
        assert RULES.title not in page
        assert "muc-luc" not in page


def test_nobody_but_a_historical_archivist_has_the_inbox_checked(visit: Any, house_queue: None) -> None:
    sent(RULES, "12/KH")
    assert 'name="receive"' not in visit("an", "/ban-giao").page
    browser = visit("an", f"/ban-giao?agency={LANG_SON}")
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(browser.url, f"_authenticator={token}&receive=1")
    assert status(browser) == 403
    with pytest.raises(Empty):
        taken_from_the_queue()
    assert len(unanswered(ExportsSettings.load().inbox)) == 1


def test_a_historical_archivist_sends_nothing(visit: Any, house_queue: None) -> None:
    order_id = proposed(RULES, "12/KH")
    decide(visit, transfer_of(RULES.id))
    browser = visit("su", "/ban-giao")
    assert 'name="propose"' not in browser.page
    page = visit("su", f"/ban-giao/{order_id}").page
    assert 'name="send"' not in page
    assert 'name="refuse"' not in page


def test_a_queue_that_is_down_is_said_and_nothing_is_sent(
    visit: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order_id = proposed(RULES, "12/KH")
    decide(visit, transfer_of(RULES.id))
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", f"redis+socket://{tmp_path}/nobody.sock")
    browser = visit("an", f"/ban-giao/{order_id}")
    browser.getControl(name="send").click()
    assert "Hàng đợi không trả lời" in browser.page
    assert unanswered(ExportsSettings.load().inbox) == []


def test_the_head_refuses_with_a_reason_and_the_case_file_is_free(visit: Any) -> None:
    order_id = proposed(RULES, "12/KH")
    browser = visit("chi", f"/ban-giao/{order_id}")
    browser.getControl(name="refuse").click()
    assert status(browser) == 409
    browser.getControl(name="reason").value = "Thiếu mục lục"
    browser.getControl(name="refuse").click()
    assert "Đợt bàn giao bị từ chối" in browser.page
    assert propose(visit).url != f"/ban-giao/{order_id}"


def test_what_is_not_permanent_is_not_offered(visit: Any) -> None:
    assert OLD.title not in visit("an", f"/ban-giao?agency={LANG_SON}").page


def test_the_inventory_of_a_hand_over_is_a_pdf(visit: Any) -> None:
    order_id = proposed(RULES, "12/KH")
    for who in ("an", "su"):
        browser = visit(who, f"/ban-giao/{order_id}/muc-luc")
        assert browser.headers["Content-Type"] == "application/pdf"
        assert browser.contents.startswith(b"%PDF" if isinstance(browser.contents, bytes) else "%PDF")
        assert (
            "muc-luc-ho-so-12-KH" in browser.headers["Content-Disposition"]
            or "attachment" in browser.headers["Content-Disposition"]
        )


def test_an_address_below_a_hand_over_that_means_nothing_is_not_found(visit: Any) -> None:
    order_id = proposed(RULES, "12/KH")
    assert status(visit("an", f"/ban-giao/{order_id}/khac")) == 404
    assert status(visit("an", "/ban-giao/khong-co")) == 404
    assert status(visit("an", f"/ban-giao/{order_id}/bien-nhan/{RULES.id}")) == 404
