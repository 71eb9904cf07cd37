"""The paper of a disposal list says what its order says, whoever moved the order; people's steps never lead away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import transaction
from house_people import AN, BINH, CHI, GIA_LAI, LANG_SON
from kept_case_files import GONE, OLD, OLDER
from plone import api
from plone.app.testing import login, logout
from sqlalchemy import select
from walked_lists import on

from archive.procedure.states import State
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Order, OrderKind, OrderState
from archive.register.session import reading
from archive.register.session import transaction as register_transaction
from portal import following
from portal.browser.papers.states import moves
from portal.papers import is_behind, mirror_all
from portal.workflows import AGREES
from retention import destruction, old_lists
from retention.holds import place
from tests.archive.lists_of_before import an_old_list, approved_then, begun_then

pytestmark = pytest.mark.plone


def order_on(case_file_id: str) -> Order:
    with reading() as session:
        lists = select(Order).where(Order.kind == OrderKind.DESTRUCTION)
        for order in session.scalars(lists.order_by(Order.created_at.desc())):
            if any(item.case_file_id == case_file_id for item in order.items):
                session.expunge_all()
                return order
    raise AssertionError("no order names it")


@pytest.fixture
def paper(site: Any) -> Any:
    """The paper of the proposed list."""
    mirror_all(site)
    transaction.commit()
    return site["danh-muc-huy"][order_on(OLDER.id).id]


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def old_paper(site: Any) -> Any:
    """The paper of an open list made before there was a procedure."""
    with register_transaction() as session:
        an_old_list(session, LANG_SON, [OLD.id], "60/TTr", date(2026, 11, 10), by="an", now=now())
    mirror_all(site)
    transaction.commit()
    return site["danh-muc-huy"][order_on(OLD.id).id]


def approved_before() -> None:
    with register_transaction() as session:
        approved_then(session, order_on(OLD.id).id, council="binh", head="chi", now=now())


def given_up_by(who: Any) -> None:
    with register_transaction() as session:
        old_lists.give_up(session, order_on(OLD.id).id, reason="Còn cần tra cứu", viewer=who, now=now())


def walked(to: State = State.HANDED_OVER) -> None:
    on(order_on(OLDER.id).id, to, now=now())


def state(paper: Any) -> str:
    return str(api.content.get_state(paper))


def news_since(after: int | None) -> following.News:
    with reading() as session:
        return following.news(session, after)


def test_every_state_of_an_order_has_states_of_its_paper() -> None:
    assert set(AGREES) == set(OrderState)
    assert {one for states in AGREES.values() for one in states} == set(State)


def test_a_paper_is_where_its_list_is_from_the_first_step_to_the_last(site: Any, paper: Any) -> None:
    assert state(paper) == State.LISTED
    for to in (
        State.COUNCIL_REVIEW,
        State.OPINION_REQUESTED,
        State.OPINION_GIVEN,
        State.DECIDED,
        State.HANDED_OVER,
    ):
        walked(to)
        mirror_all(site)
        assert state(paper) == to
    destruction.execute(order_on(OLDER.id).id, viewer=CHI, now=now())
    mirror_all(site)
    assert (state(paper), order_on(OLDER.id).state) == (State.DESTROYED, OrderState.DONE)
    assert state(site["danh-muc-huy"][order_on(GONE.id).id]) == State.DESTROYED


def test_a_dossier_tells_that_it_followed_and_no_false_legal_step(site: Any, paper: Any) -> None:
    walked(State.DECIDED)
    mirror_all(site)
    newest = moves(paper)[0]
    assert (newest.step, newest.state, newest.actor) == ("Follows the decision in the vault", "Decided", "")


def test_the_paper_of_an_old_list_that_was_approved_is_decided(site: Any, old_paper: Any) -> None:
    approved_before()
    mirror_all(site)
    assert state(old_paper) == State.DECIDED


def test_an_old_list_of_which_everything_was_held_is_kept_not_destroyed(site: Any, old_paper: Any) -> None:
    approved_before()
    order = order_on(OLD.id)
    with register_transaction() as session:
        begun_then(session, order.id, by="lan", now=now())
        place(
            session,
            agency_code=LANG_SON,
            case_file_ids=[OLD.id],
            reason="thanh tra",
            document_number="1/TTr",
            document_date=now().date(),
            viewer=AN,
            now=now(),
        )
    destruction.execute(order.id, viewer=CHI, now=now())
    mirror_all(site)
    assert (order_on(OLD.id).state, state(old_paper)) == (OrderState.DONE, State.KEEP)


@pytest.mark.parametrize(
    ("who", "ends"),
    [(AN, State.ABORTED), (BINH, State.KEEP), (CHI, State.REFUSED)],
    ids=["an", "binh", "chi"],
)
def test_who_gave_an_old_list_up_says_how_its_dossier_ends(
    site: Any, old_paper: Any, who: Any, ends: State
) -> None:
    given_up_by(who)
    mirror_all(site)
    assert state(old_paper) == ends


@pytest.mark.parametrize("who", ["an", "binh", "chi"])
def test_nobody_moves_a_dossier_away_from_its_order(site: Any, old_paper: Any, who: str) -> None:
    workflow = api.portal.get_tool("portal_workflow")
    steps = workflow["disposal_list_workflow"].transitions
    for before in ("r1-submit", "r1-request-opinion", "r1-record-opinion", ""):
        login(site, who)
        for step in workflow.getTransitionsFor(old_paper):
            assert steps[step["id"]].new_state_id in AGREES[OrderState.PROPOSED], step["id"]
        logout()
        if before:
            login(site, "chi" if before == "r1-request-opinion" else "an")
            api.content.transition(old_paper, transition=before)
            logout()


def test_a_dossier_that_older_rules_let_run_ahead_comes_back(site: Any, old_paper: Any) -> None:
    with api.env.adopt_roles(["Manager"]):
        api.content.transition(old_paper, transition="follow-destroyed")
    assert is_behind(site, order_on(OLD.id))
    mirror_all(site)
    assert state(old_paper) == State.LISTED


def test_a_dossier_follows_what_a_worker_did_without_anybody_asking(site: Any, paper: Any) -> None:
    walked()
    upto = news_since(None).upto
    destruction.execute(order_on(OLDER.id).id, viewer=CHI, now=now())
    found = news_since(upto)
    assert found.orders == {order_on(OLDER.id).id}
    assert not found.everything
    following.bring_up_to_date(site, found)
    assert state(paper) == State.DESTROYED
    assert not news_since(found.upto)


def test_the_first_look_takes_in_everything(site: Any) -> None:
    found = news_since(None)
    assert found.everything
    following.bring_up_to_date(site, found)
    assert order_on(OLDER.id).id in site["danh-muc-huy"].objectIds()


def test_a_new_agency_gets_its_papers(site: Any, paper: Any) -> None:
    upto = news_since(None).upto
    with register_transaction() as session:
        set_agency(session, code="000.00.77.H37", name="Sở Mới", profile="lang-son", actor="an", now=now())
        set_fonds(
            session, code="LS-MOI", agency_code="000.00.77.H37", name="Phông Sở Mới", actor="an", now=now()
        )
    following.bring_up_to_date(site, news_since(upto))
    assert "fonds-LS-MOI" in site["phong"].objectIds()


def test_the_list_of_dossiers_says_when_and_until_when_in_vietnams_time(visit: Any, paper: Any) -> None:
    page = visit("an", "/danh-muc-huy").page
    assert "41/QĐ-SNV" in page
    for moment in (order_on(GONE.id).created_at, order_on(GONE.id).executed_at):
        assert f"{moment.astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%d/%m/%Y %H:%M}" in page
        assert f"{moment:%d/%m/%Y %H:%M}" not in page
    assert "31/12/2013" in page  # 2008 + 5 years
    assert "UTC" not in page


def test_a_dossier_shows_each_case_file_with_its_period_and_last_day(visit: Any, paper: Any) -> None:
    page = visit("an", f"/danh-muc-huy/{paper.getId()}").page
    assert OLDER.title in page
    assert "5 năm" in page
    assert "31/12/2013" in page
    assert order_on(OLDER.id).id not in page.split("<main", 1)[1].replace(f"/{paper.getId()}", "")


def test_a_dossier_of_gia_lai_names_its_agency(visit: Any, paper: Any) -> None:
    page = visit("an", f"/danh-muc-huy/{order_on(GONE.id).id}").page
    assert f"Sở Nội vụ tỉnh Gia Lai ({GIA_LAI})" in page
