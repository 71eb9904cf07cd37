"""A list that cannot go on as usual says so, to the person whose step it is, before they fill in a form for nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from a_furnished_house import follow_all
from house_people import AN, BINH, CHI, LANG_SON
from kept_case_files import OLD, ACaseFile
from plone import api
from transaction import commit

from archive.procedure.ballots import Ballot, Choice
from archive.procedure.seats import Member, Seat
from archive.procedure.states import State
from archive.procedure.story import Story, Verdict
from archive.register.session import reading, transaction
from archive.second_factor.prove import For
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.authenticators import proven
from operations.procession import Papers, People, Wanted, walk
from portal.papers import mirror_order
from retention import holds
from retention.procedure import council, deciding, opinion, taking

pytestmark = pytest.mark.plone

LAN = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
THUY, NAM, PHU = (Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam", "phu"))
WHO = People(AN, (BINH, THUY, NAM), CHI, LAN)
NEW_LAW = ACaseFile(
    f"{LANG_SON}.2009.21.MT", "Hồ sơ giấy mời năm 2009", LANG_SON, ("Giấy mời",), 2009, "5 năm", regime="R2"
)


def now() -> datetime:
    return datetime.now(UTC)


def wanted(case_file: ACaseFile = OLD) -> Wanted:
    return Wanted(LANG_SON, (case_file.id,), "91/QĐ-UBND", day_of(now()))


def walked(to: State, case_file: ACaseFile = OLD) -> Story:
    with transaction() as session:
        return walk(session, wanted(case_file), WHO, now=now(), to=to)


def turns(visit: Any, login: str) -> str:
    """Return what the start page says is this person's turn, "" when nothing is."""
    page = visit(login, "").page
    return page.split('id="turns"', 1)[1].split("</section>", 1)[0] if 'id="turns"' in page else ""


def comes_next(page: str) -> str:
    """Return what the page of a list says comes next."""
    return page.split("Việc tiếp theo", 1)[1].split("</section>", 1)[0]


def test_an_opinion_against_the_list_makes_the_rejection_the_heads_turn(visit: Any, tmp_path: Path) -> None:
    NEW_LAW.kept(tmp_path / "packing", now())
    follow_all()
    id = walked(State.APPRAISAL, NEW_LAW).order_id
    with transaction() as session:
        letter, said = Papers(wanted()).named("YK"), "Còn giá trị lịch sử"
        opinion.record(session, id, letter, Verdict.AGAINST, reason=said, viewer=AN, now=now())
    browser = visit("chi", f"/tieu-huy/{id}")
    told = comes_next(browser.page)
    assert "Ý kiến không đồng ý với danh mục" in told and "không phải của bạn" not in told
    assert "decide" not in browser.page.split('id="opinion"', 1)[1].split("<aside", 1)[0]
    assert f"/tieu-huy/{id}" in turns(visit, "chi") and id not in turns(visit, "binh")
    assert "Lê Minh Chi" in comes_next(visit("an", f"/tieu-huy/{id}").page)
    form = browser.getForm(id="forward")
    form.getControl(name="reason").value = "Theo ý kiến thẩm định"
    form.getControl(name="reject").click()
    with reading() as session:
        assert taking.story(session, id).state is State.REJECTED
    assert id not in turns(visit, "chi")


def test_a_council_without_its_quorum_waits_for_the_head_and_not_for_its_chair(visit: Any) -> None:
    id = walked(State.COUNCIL_REVIEW).order_id
    with transaction() as session:
        four = (*WHO.council(), Member("phu", Seat.MEMBER))
        council.form(session, id, four, Papers(wanted()).named("HĐ2"), reason="Thêm", viewer=CHI, now=now())
        for absent in ("nam", "phu"):
            council.excuse(session, id, absent, reason="Đi công tác", viewer=BINH, now=now())
        for voter in (BINH, THUY):
            council.vote(session, id, Ballot(Choice.DESTROY), viewer=voter, now=now())
    chair = visit("binh", f"/tieu-huy/{id}").page
    told = comes_next(visit("an", f"/tieu-huy/{id}").page)
    assert "vắng mặt" in told and "Lê Minh Chi" in told
    assert "vắng mặt" in comes_next(chair) and 'name="conclude"' not in chair
    assert id not in turns(visit, "binh") and id in turns(visit, "chi")
    assert visit("chi", f"/tieu-huy/{id}").getForm(id="forward").getControl(name="council")
    with transaction() as session:  # one of them is there again, and votes
        council.excuse(session, id, "phu", reason="", viewer=BINH, now=now())
        council.vote(session, id, Ballot(Choice.DESTROY), viewer=PHU, now=now())
    assert 'name="conclude"' in visit("binh", f"/tieu-huy/{id}").page
    assert id in turns(visit, "binh") and id not in turns(visit, "chi")


def test_what_speaks_against_the_destruction_is_said_before_its_beginning_is_confirmed(visit: Any) -> None:
    id, path = walked(State.DECIDED).order_id, "/tieu-huy/"
    with transaction() as session:
        minutes = Papers(wanted()).named("BG")
        deciding.hand_over(session, id, minutes, receiver="lan", viewer=AN, now=now())
    page = visit("lan", path + id).page
    assert 'name="release"' in page and "Lúc này còn vướng" not in page
    assert "Xác nhận bắt đầu tiêu hủy" in turns(visit, "lan")
    with transaction() as session:
        basis = {"document_number": "7/CV", "document_date": day_of(now())}
        what = {"agency_code": LANG_SON, "case_file_ids": [OLD.id], **basis}
        holds.place(session, reason=(why := "Thanh tra đang xem"), viewer=AN, now=now(), **what)
    page = visit("lan", path + id).page
    assert 'name="release"' in page and "chưa được xác nhận" not in page
    assert why in page.split("Lúc này còn vướng", 1)[1].split("</form>", 1)[0]
    told = turns(visit, "lan")
    assert f"/tieu-huy/{id}" in told and "Còn vướng" in told
    with transaction() as session:
        proven(session, LAN, For.RELEASE, id, now=now())
        deciding.release(session, id, viewer=LAN, now=now())
    page = visit("lan", path + id).page
    assert 'name="execute"' in page and why in page.split("Lúc này còn vướng", 1)[1].split("</form>", 1)[0]
    assert "Còn vướng" in turns(visit, "lan")


def test_a_list_whose_files_a_council_extends_tells_who_said_what_and_the_new_period(
    visit: Any, site: Any
) -> None:
    id = walked(State.COUNCIL_REVIEW).order_id
    with transaction() as session:
        for voter, why, period in (
            (BINH, "Còn tranh chấp", "20 năm"),
            (THUY, "Đang kiểm toán", "20 năm"),
            (NAM, "Còn tra cứu", "15 năm"),
        ):
            ballot = Ballot(Choice.EXTEND, why, period)
            council.vote(session, id, ballot, viewer=voter, now=now())
        council.conclude(session, id, Papers(wanted()).named("BB"), viewer=BINH, now=now())
    page = visit("an", f"/tieu-huy/{id}").page
    assert page.count("Đã bỏ phiếu 1 trên 1 hồ sơ") == 3
    assert "e3b0c44298fc1c149afbf4c8996fb924" not in page  # SHA-256 of nothing
    row = page.split(OLD.code, 1)[1].split("</tr>", 1)[0]
    assert "kéo dài thời hạn thành 20 năm" in row
    for said in ("Trần Văn Bình: Còn tranh chấp", "thuy: Đang kiểm toán", "nam: Còn tra cứu"):
        assert said in row
    with api.env.adopt_roles(["Manager"]), reading() as session:
        mirror_order(site, session, id)
    commit()
    paper = visit("an", f"/danh-muc-huy/{id}").page
    assert "Lưu giữ" in paper and "Từ chối" not in paper.split("<main", 1)[1]
