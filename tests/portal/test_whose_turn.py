"""The start page tells each person what of a destruction waits for them; a case file's page names its lists."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from house_people import AN, BINH, CHI, LANG_SON
from kept_case_files import OLD
from lxml import html
from sqlalchemy import select

from archive.procedure.ballots import Ballot, Choice
from archive.procedure.states import State
from archive.register.decisions import Hold
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import ALL_AGENCIES, Role, Viewer
from operations.procession import Papers, People, Wanted, walk, walk_on
from portal.browser.disposal.procedure.next_act import brings_forward, next_step
from portal.browser.disposal.procedure.turn import turn_on
from retention import holds
from retention.procedure import council, deciding, listing, taking

pytestmark = pytest.mark.plone

LAN = Viewer("lan", {LANG_SON: frozenset({Role.ARCHIVIST})})
MORE = tuple(Viewer(name, {ALL_AGENCIES: frozenset({Role.COUNCIL})}) for name in ("thuy", "nam"))
WHO = People(AN, (BINH, *MORE), CHI, LAN)


def now() -> datetime:
    return datetime.now(UTC)


def wanted() -> Wanted:
    return Wanted(LANG_SON, (OLD.id,), "91/QĐ-UBND", day_of(now()))


def turns(visit: Any, login: str) -> str:
    """Return what the start page says is this person's turn, "" when nothing is."""
    page = visit(login, "").page
    return page.split('id="turns"', 1)[1].split("</section>", 1)[0] if 'id="turns"' in page else ""


def test_each_person_is_told_on_the_start_page_when_it_is_their_turn_on_a_list(visit: Any) -> None:
    with transaction() as session:
        story = walk(session, wanted(), WHO, now=now(), to=State.COUNCIL_REVIEW)
    id = story.order_id

    def on(to: State) -> None:
        with transaction() as session:
            walk_on(session, taking.story(session, id), Papers(wanted()), WHO, now=now(), to=to)

    told = turns(visit, "binh")
    assert "Bỏ phiếu: còn 1 hồ sơ" in told and f"/tieu-huy/{id}" in told and "91/QĐ-UBND/TTr" in told
    for login in ("an", "chi", "lan"):
        assert id not in turns(visit, login)
    with transaction() as session:
        council.vote(session, id, Ballot(Choice.DESTROY), viewer=BINH, now=now())
    assert id not in turns(visit, "binh")  # has voted; the others are waited for
    on(State.OPINION_GIVEN)
    told = turns(visit, "chi")
    assert f"/tieu-huy/{id}" in told and "91/QĐ-UBND/TTr" in told
    on(State.DECIDED)
    assert f"/tieu-huy/{id}" in turns(visit, "an") and id not in turns(visit, "chi")
    on(State.HANDED_OVER)
    assert f"/tieu-huy/{id}" in turns(visit, "lan") and id not in turns(visit, "an")
    # The name stays the letter's, though the decision has another number.
    assert "91/QĐ-UBND/TTr" in turns(visit, "lan")


def test_the_second_person_is_led_to_the_hold_that_waits_for_them(visit: Any) -> None:
    with transaction() as session:
        basis = {"document_number": "7/CV", "document_date": day_of(now())}
        placed = holds.place(
            session,
            agency_code=LANG_SON,
            case_file_ids=[OLD.id],
            reason="Thanh tra đang xem",
            viewer=AN,
            now=now(),
            **basis,
        )
        asked = holds.propose_lift(
            session,
            placed.hold_ids[0],
            reason="Thanh tra xong",
            viewer=CHI,
            now=now(),
            document_number="8/KL",
            document_date=day_of(now()),
        ).id
    told = turns(visit, "lan")
    assert f"/giu-ho-so#lift-{asked}" in told and "Thanh tra đang xem" in told
    page = visit("lan", "/giu-ho-so").page
    said = " ".join(html.fromstring(page).get_element_by_id(f"lift-{asked}").text_content().split())
    day = f"{day_of(now()):%d/%m/%Y}"
    assert f"theo văn bản 7/CV, {day}" in said and f"Thanh tra xong, theo văn bản 8/KL, {day}" in said
    for login in ("an", "chi", "binh"):  # placed it, asked for it, lifts none
        assert asked not in turns(visit, login)
    with transaction() as session:
        holds.lift(session, asked, viewer=LAN, role=Role.ARCHIVIST, now=now())
    assert asked not in turns(visit, "lan")
    lifted = " ".join(html.fromstring(visit("lan", "/giu-ho-so").page).text_content().split())
    assert f"theo văn bản 7/CV, {day}" in lifted
    assert re.search(rf"người gỡ: [^·]*, theo văn bản 8/KL, {day}", lifted)
    with reading() as session:
        assert session.scalars(select(Hold).where(Hold.id == placed.hold_ids[0])).one().lifted_at


def test_a_case_files_page_names_the_list_it_is_on_and_those_it_was_on(visit: Any) -> None:
    def page(login: str) -> str:
        return str(visit(login, f"/ho-so/{OLD.id}").page)

    assert "chưa ở trong danh mục hủy nào" in page("an")
    with transaction() as session:
        id = walk(session, wanted(), WHO, now=now(), to=State.DECIDED).order_id
    told = page("an")
    assert "đã có quyết định hủy" in told
    card = told.split('id="lists"', 1)[1].split("</section>", 1)[0]
    assert f"/tieu-huy/{id}" in card and "91/QĐ-UBND/TTr" in card and "Đã quyết định" in card
    assert 'id="lists"' not in page("hoa")  # a reader; whose business is it?
    with transaction() as session:
        deciding.refuse(session, id, reason="Xem lại", viewer=CHI, now=now())
    told = page("an")
    assert "chưa ở trong danh mục hủy nào" in told and f"/tieu-huy/{id}" in told


def test_an_absent_chair_makes_it_the_heads_turn(visit: Any) -> None:
    with transaction() as session:
        id = walk(session, wanted(), WHO, now=now(), to=State.COUNCIL_REVIEW).order_id
        story = council.excuse(session, id, "binh", reason="Ốm", viewer=MORE[0], now=now())
    step = next_step(story, submits=True)
    assert step is not None and step.roles == (Role.HEAD,) and step.among({"chi"}) == ["chi"]
    assert brings_forward("council-change", story)
    turn = turn_on(story, CHI, submits=True, runs=False, now=now())
    assert turn is not None and turn.act == "council-change"
    browser = visit("chi", f"/tieu-huy/{id}")
    assert "Chủ tịch hội đồng vắng mặt" in browser.page
    assert browser.getForm(id="forward").getControl(name="council")
    with transaction() as session:
        listing.abort(session, id, reason="Bỏ", viewer=AN, now=now())
    with reading() as session:
        assert not brings_forward("council-change", taking.story(session, id))
    assert "Đã bỏ danh mục" in visit("an", f"/tieu-huy/{id}").page
    due = visit("an", "/tieu-huy").page
    assert "Đã bỏ danh mục" in due and "Từ chối" not in due.split("Những gì đến hạn")[0]


def test_the_last_events_say_what_each_is_about_and_lead_there(visit: Any) -> None:
    with transaction() as session:
        id = walk(session, wanted(), WHO, now=now(), to=State.DECIDED).order_id
    page = visit("chi", "").page.split('class="tt-timeline"', 1)[1].split("</ol>", 1)[0]
    first = page.split("<li", 2)[1]
    # By the name of the list, which the decision's number does not change.
    assert f"/tieu-huy/{id}" in first and "91/QĐ-UBND/TTr" in first
