"""The page of a disposal list shows each person the one act that is theirs, and the vault takes it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from house_looker import Looker
from house_people import AN, BINH, CHI, LANG_SON, PEOPLE
from house_queue import taken_from_the_queue
from kept_case_files import OLD, OLDER
from sqlalchemy import delete, select

from archive.paper_files import shelf
from archive.pdfa.print import render
from archive.procedure.ballots import Ballot, Choice
from archive.procedure.called import names_of
from archive.procedure.states import State
from archive.procedure.story import Story
from archive.register.decisions import Order, OrderItem, OrderState
from archive.register.disposal import DisposalList
from archive.register.models import Agency
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.authenticators import code_of
from operations.procession import Papers, People, Wanted, walk, walk_on
from retention import tasks
from retention.filing import contents, filing
from retention.procedure import council, listing, notice, taking

pytestmark = pytest.mark.plone

LAN = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, LAN)
SWAPPED = People(AN, (MORE[1], BINH, MORE[0]), CHI, LAN).council()
"""The same council with another chair: Bình votes and leads nothing."""


def now() -> datetime:
    return datetime.now(UTC)


def wanted() -> Wanted:
    return Wanted(LANG_SON, (OLD.id,), "91/QĐ-UBND", day_of(now()))


def walked(to: State) -> Story:
    with transaction() as session:
        return walk(session, wanted(), WHO, now=now(), to=to)


def told(order_id: str) -> Story:
    with reading() as session:
        return taking.story(session, order_id)


def paper(browser: Any, number: str) -> Any:
    browser.getControl(name="number").value = number
    browser.getControl(name="date").value = day_of(now()).isoformat()
    return browser


def test_an_archivist_makes_a_list_and_the_head_forms_its_council(visit: Any) -> None:
    browser = paper(visit("an", f"/tieu-huy?agency={LANG_SON}"), "91/TTr")
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="reason").value = "Hết thời hạn bảo quản"
    browser.getControl(name="make").click()
    assert "409" in browser.headers["Status"] and "Hết thời hạn bảo quản" in browser.page  # no explanation
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="explanation").value = "Hình thành khi giải quyết việc thường xuyên"
    browser.getControl(name="make").click()
    with reading() as session:
        named = select(DisposalList.order_id).join(OrderItem, OrderItem.order_id == DisposalList.order_id)
        order_id = session.scalars(named.where(OrderItem.case_file_id == OLD.id)).one()
    assert browser.url.endswith(f"/tieu-huy/{order_id}")
    assert 'name="submit"' not in browser.page and "Lê Minh Chi" in browser.page

    browser = paper(visit("chi", f"/tieu-huy/{order_id}"), "92/QĐ")
    browser.getControl(name="seat-binh").value = ["chair"]
    browser.getControl(name="council").click()
    assert (
        told(order_id).council is None and "409" in browser.headers["Status"]
    )  # a chair alone is no council


def test_a_member_votes_card_by_card_and_on_the_rest(visit: Any) -> None:
    with transaction() as session:
        story = walk(session, wanted(), WHO, now=now(), to=State.COUNCIL_REVIEW)
    path = f"/tieu-huy/{story.order_id}"
    assert 'name="vote"' not in visit("an", path).page
    browser = visit("binh", path)
    assert OLD.title in browser.page
    browser.getControl(name=f"choice-{OLD.id}").value = ["keep"]
    browser.getControl(name="vote").click()
    assert "409" in browser.headers["Status"] and not told(story.order_id).votes  # to keep needs a reason
    browser = visit("binh", path)
    browser.getControl(name="rest").value = ["1"]
    browser.getControl(name="vote").click()
    assert told(story.order_id).votes["binh"][OLD.id].choice == "destroy"
    assert "1/1" in browser.page


def test_chair_and_head_see_votes_dissent_and_opinion_and_a_voter_only_after_the_own_vote(visit: Any) -> None:
    id = walked(State.COUNCIL_REVIEW).order_id
    path, keep = f"/tieu-huy/{id}", Ballot(Choice.KEEP, "Còn giá trị tham khảo")
    with transaction() as session:
        for voter in MORE:
            council.vote(
                session, id, keep if voter is MORE[0] else Ballot(Choice.DESTROY), viewer=voter, now=now()
            )
        council.form(session, id, SWAPPED, Papers(wanted()).named("HD2"), reason="Đổi", viewer=CHI, now=now())
    page = visit("binh", path).page  # a voter who has not voted
    assert "Còn giá trị tham khảo" not in page and "Hiện sau khi bạn bỏ phiếu" in page
    with transaction() as session:
        council.vote(session, id, Ballot(Choice.DESTROY), viewer=BINH, now=now())
    for login in ("binh", "an", "chi"):
        page = visit(login, path).page
        assert "Hủy 2 · giữ 1 · kéo dài 0" in page
        assert "thuy: Giữ lại (Còn giá trị tham khảo)" in page
    assert 'id="opinion"' not in page
    with transaction() as session:
        council.conclude(session, id, Papers(wanted()).named("BB"), viewer=MORE[1], now=now())
        council.sign_minutes(session, id, viewer=AN, now=now())
        walk_on(session, taking.story(session, id), Papers(wanted()), WHO, now=now(), to=State.OPINION_GIVEN)
    page = visit("chi", path).page.split('id="opinion"', 1)[1]
    assert "Đồng ý với danh mục" in page[:600] and "91/QĐ-UBND/YK" in page[:600]
    assert "Hủy 2 · giữ 1 · kéo dài 0" in page


def test_a_list_says_from_which_day_it_may_be_submitted_and_names_only_who_can_go_on(visit: Any) -> None:
    id = walked(State.LISTED).order_id
    path, papers = f"/tieu-huy/{id}", Papers(wanted())
    with transaction() as session:
        notice.give(session, notice.endings(session, [OLD.id]), now=now())
        council.form(session, id, WHO.council(), papers.named("HD"), viewer=CHI, now=now())
    first = day_of(now()) + timedelta(days=notice.DAYS)
    page = visit("an", path).page
    assert f"Trình được từ ngày {first:%d/%m/%Y} (đủ 30 ngày thông báo)" in page
    assert 'name="submit"' not in page
    with transaction() as session:
        notice.give(session, notice.endings(session, [OLD.id]), now=now() - timedelta(days=notice.DAYS))
    page = visit("an", path).page
    assert "Trình được từ ngày" not in page and 'name="submit"' in page

    def can() -> str:
        """Return what comes next, as the head reads it."""
        return visit("chi", path).page.split("Việc tiếp theo", 1)[1].split("</section>", 1)[0]

    with transaction() as session:
        listing.submit(session, id, viewer=AN, now=now(), linked="bản chính đã có trong hồ sơ kia")
    voting = can()
    assert "Trần Văn Bình" in voting and "Bùi Lan" not in voting  # an archivist, on no seat
    with transaction() as session:
        council.vote(session, id, Ballot(Choice.DESTROY), viewer=BINH, now=now())
    assert "Trần Văn Bình" not in can()  # has voted; the others are waited for
    with transaction() as session:
        for voter in MORE:
            council.vote(session, id, Ballot(Choice.DESTROY), viewer=voter, now=now())
    assert "Trần Văn Bình" in can()  # the chair
    with transaction() as session:
        council.conclude(session, id, papers.named("BB"), viewer=BINH, now=now())
    signing = can()
    assert "Nguyễn Thị An" in signing and "Trần Văn Bình" not in signing  # the secretary


def test_the_head_decides_with_both_factors_on_what_was_shown(visit: Any) -> None:
    story = walked(State.OPINION_GIVEN)
    path = f"/tieu-huy/{story.order_id}"
    assert 'name="decide"' not in visit("binh", path).page
    with transaction() as session:
        session.execute(delete(SecondFactor))
    # A code is asked for, and there is no authenticator to make one.
    assert "/ma-xac-thuc" in visit("chi", path).page.split("<main", 1)[1]
    with transaction() as session:
        code = code_of(session, CHI, now=now())
    for password, given in (("wrong", code), ("Luu-tru-2026-ch", "000000"), ("Luu-tru-2026-ch", code)):
        assert told(story.order_id).state is State.OPINION_GIVEN
        browser = paper(visit("chi", path), "93/QĐ")
        assert story.list_sha256 in browser.page
        assert "/ma-xac-thuc" not in browser.page.split("<main", 1)[1]
        browser.getControl(name="signer").value = "Lê Minh Chi, Chủ tịch"
        browser.getControl(name="password").value = password
        browser.getControl(name="code").value = given
        browser.getControl(name="decide").click()
    decided = told(story.order_id).decision
    assert decided is not None and decided.list_sha256 == story.list_sha256
    assert "đã quyết định hủy" in browser.page

    browser = paper(visit("an", path), "94/BB")
    browser.getControl(name="receiver").value = ["lan"]
    browser.getControl(name="hand_over").click()
    assert told(story.order_id).state is State.HANDED_OVER
    assert 'name="release"' in visit("lan", path).page
    assert 'name="release"' not in visit("an", path).page
    with reading() as session:
        names = names_of(session, story.order_id)
        agency = session.get_one(Agency, LANG_SON).name
    # From the portal's accounts into the events: who decided, who handed over, who was named as receiver.
    assert names.of("chi", decided.event).at_agency == f"Lê Minh Chi (chi), {agency}"
    assert [str(names.of(who)) for who in ("an", "lan")] == [
        f"{full_name_of('an')} (an)",
        f"{full_name_of('lan')} (lan)",
    ]


def full_name_of(login: str) -> str:
    return next(one["fullname"] for one in PEOPLE if one["login"] == login)


def test_every_state_of_a_list_is_shown_to_everybody_who_may(visit: Any) -> None:
    story = walked(State.LISTED)
    for state in (State.COUNCIL_REVIEW, State.OPINION_REQUESTED, State.OPINION_GIVEN, State.HANDED_OVER):
        with transaction() as session:
            walk_on(session, told(story.order_id), Papers(wanted()), WHO, now=now(), to=state)
        for login in ("an", "binh", "chi", "dung"):
            browser = visit(login, f"/tieu-huy/{story.order_id}")
            assert browser.headers["Status"].startswith("200"), browser.page[:300]
            assert OLD.code in browser.page
    assert visit("hoa", f"/tieu-huy/{story.order_id}").headers["Status"].startswith(("401", "403"))


def done(browser: Any, act: str, order_id: str) -> State:
    """Send the form of an act and return the state the list has come to."""
    browser.getControl(name=act).click()
    assert browser.headers["Status"].startswith("200"), browser.headers["Status"]
    return told(order_id).state


def test_a_list_is_walked_from_submission_to_its_dossier(
    visit: Any, house_queue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "inspector", Looker)
    monkeypatch.setattr(contents, "inspector", Looker)
    id = walked(State.LISTED).order_id
    path, papers = f"/tieu-huy/{id}", Papers(wanted())
    with transaction() as session:
        notice.give(session, notice.endings(session, [OLD.id]), now=now() - timedelta(days=notice.DAYS))
        council.form(session, id, WHO.council(), papers.named("HD"), viewer=CHI, now=now())
    assert done(visit("an", path), "submit", id) is State.COUNCIL_REVIEW
    assert 'name="conclude"' not in visit("binh", path).page  # votes are missing
    with transaction() as session:
        for voter in WHO.voters:
            council.vote(session, id, Ballot(Choice.DESTROY), viewer=voter, now=now())
    browser = paper(visit("binh", path), "1/BB")
    browser.getControl(name="file", index=0).add_file(io.BytesIO(b"not a PDF"), "application/pdf", "BB.pdf")
    browser.getControl(name="conclude").click()
    assert "BB.pdf" in browser.page and told(id).conclusion is None  # the looker takes no such file
    browser = paper(visit("binh", path), "1/BB")
    signed = render("<p>Biên bản đã ký</p>", title="Biên bản")
    browser.getControl(name="file", index=0).add_file(io.BytesIO(signed), "application/pdf", "BB.pdf")
    done(browser, "conclude", id)
    assert (minutes := told(id).conclusion) is not None and minutes.paper.file == "BB.pdf"
    assert 'name="request"' not in visit("chi", path).page  # the minutes are not signed
    done(visit("an", path), "sign", id)
    assert done(paper(visit("chi", path), "2/XYK"), "request", id) is State.OPINION_REQUESTED
    browser = paper(visit("an", path), "3/YK")
    browser.getControl(name="verdict").value = ["for"]
    assert done(browser, "record", id) is State.OPINION_GIVEN
    with transaction() as session:
        walk_on(session, told(id), papers, WHO, now=now())
    browser = visit("lan", path)
    browser.getControl(name="password").value = "Luu-tru-2026-la"
    done(browser, "execute", id)
    name, args = taken_from_the_queue()
    assert (name, args[:2]) == ("retention.tasks.execute", [id, "lan"])
    tasks.execute(*args)
    assert told(id).state is State.DESTROYED
    assert done(visit("an", path), "close", id) is State.DESTROYED
    page = visit("an", path).page
    assert 'name="close"' not in page and f'data-progress="http://nohost/plone/tieu-huy/{id}/tien-do"' in page
    name, args = taken_from_the_queue("road")
    assert (name, args) == ("retention.tasks.file_dossier", [id])
    filing.file_dossier(*args, now=now(), printer=lambda parts, title: render(parts[0], title=title))
    dossier = told(id).dossier_id
    page = visit("dung", path).page
    assert f"{path}/bien-ban" in page and "Quyết định số 91/QĐ-UBND" in page
    assert f"/ho-so/{dossier}" in visit("an", path).page
    page = visit("an", f"/ho-so/{dossier}").page
    assert "Hồ sơ hủy tài liệu" in page and "BB.pdf" in page
    assert list(shelf.waiting()) == []
    assert f"/ho-so/{dossier}" in visit("an", f"/ho-so/{OLD.id}").page  # the tombstone leads to it


def test_a_list_is_given_up_by_the_archivist_and_refused_by_the_head(visit: Any) -> None:
    for state, login, act, end in (
        (State.COUNCIL_REVIEW, "an", "abort", State.ABORTED),
        (State.OPINION_GIVEN, "chi", "reject", State.REJECTED),
        (State.DECIDED, "chi", "refuse", State.REFUSED),
    ):
        id = walked(state).order_id
        form = visit(login, f"/tieu-huy/{id}").getForm(id=act)
        form.getControl(name="reason").value = "Cần xem lại"
        form.getControl(name=act).click()
        story = told(id)
        assert (story.state, story.steps[-1].reason) == (end, "Cần xem lại")
        page = visit(login, f"/tieu-huy/{id}").page
        assert "Cần xem lại" in page and f'name="{act}"' not in page


def test_one_is_voted_longer_the_rest_destroyed_and_one_taken_out_with_a_reason(visit: Any) -> None:
    with transaction() as session:
        named = select(Order.id).join(OrderItem).where(OrderItem.case_file_id == OLDER.id)
        (furnished,) = session.scalars(named.where(Order.state == OrderState.PROPOSED))
        listing.abort(session, furnished, reason="lập lại", viewer=AN, now=now())
        two = Wanted(LANG_SON, (OLD.id, OLDER.id), "95/QĐ-UBND", day_of(now()))
        id = walk(session, two, WHO, now=now(), to=State.COUNCIL_REVIEW).order_id
    path = f"/tieu-huy/{id}"
    browser = visit("binh", path)
    browser.getControl(name=f"choice-{OLD.id}").value = ["extend"]
    browser.getControl(name=f"reason-{OLD.id}").value = "Còn tranh chấp"
    browser.getControl(name=f"period-{OLD.id}").value = "30 năm"
    browser.getControl(name="vote").click()
    assert "1/2" in browser.page
    browser.getControl(name="rest").value = ["1"]
    browser.getControl(name="vote").click()
    votes = told(id).votes["binh"]
    assert (votes[OLD.id], votes[OLDER.id].choice) == (
        Ballot(Choice.EXTEND, "Còn tranh chấp", "30 năm"),
        Choice.DESTROY,
    )

    browser = visit("an", path)
    assert (
        browser.page.count('name="ids" form="take_out"') == 2
    )  # a box in the table belongs to the form below it
    token = browser.getForm(id="abort").getControl(name="_authenticator").value
    sent = {"take_out": "1", "ids": OLDER.id, "reason": "Chưa kiểm tra xong", "_authenticator": token}
    browser.post(browser.url, urlencode(sent))
    story = told(id)
    assert (set(story.items), story.left[OLDER.id].reason) == ({OLD.id}, "Chưa kiểm tra xong")
    page = visit("an", path).page
    assert "Đã rút khỏi danh mục" in page and 'name="take_out"' not in page
