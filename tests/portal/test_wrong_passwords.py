"""A password cannot be guessed by trying: not before a decision, not at the login page, not over REST."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house_people import CHI, PEOPLE
from kept_case_files import OLDER
from sqlalchemy import select
from walked_lists import on

from archive import attempts
from archive.attempts import Purpose
from archive.ledger.rows import EventRow
from archive.procedure.states import State
from archive.register.attempts import PasswordAttempts
from archive.register.decisions import Order, OrderKind
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from operations.authenticators import code_of

pytestmark = pytest.mark.plone

RIGHT = "Luu-tru-2026-ch"


@pytest.fixture
def order_id(site: Any) -> str:
    """The furnished list, waiting for the head, who has an authenticator."""
    with reading() as session:
        orders = session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION)).all()
        found = next(one.id for one in orders if one.items[0].case_file_id == OLDER.id)
    on(found, State.OPINION_GIVEN, now=datetime.now(UTC))
    return found


def state(order_id: str) -> str:
    with reading() as session:
        return session.get_one(Order, order_id).state


def decide(visit: Any, order_id: str, password: str) -> str:
    browser = visit("chi", f"/tieu-huy/{order_id}")
    with transaction() as session:
        code = code_of(session, CHI, now=datetime.now(UTC))
    browser.getControl(name="number").value = "61/QĐ"
    browser.getControl(name="date").value = day_of(datetime.now(UTC)).isoformat()
    browser.getControl(name="signer").value = "Lê Minh Chi, Chủ tịch"
    browser.getControl(name="code").value = code
    browser.getControl(name="password").value = password
    browser.getControl(name="decide").click()
    return str(browser.page)


def later(account: str, purpose: Purpose, by: timedelta) -> None:
    """Let time pass for a wait."""
    with transaction() as session:
        row = session.get_one(PasswordAttempts, (account, purpose.value))
        assert row.not_before is not None
        row.not_before -= by


def test_after_three_wrong_passwords_even_the_right_one_waits(visit: Any, order_id: str) -> None:
    for _ in range(2):
        assert "Mật khẩu không đúng, chưa làm gì cả." in decide(visit, order_id, "wrong")
    assert "chỉ thử lại được sau" in decide(visit, order_id, "wrong")
    page = decide(visit, order_id, RIGHT)
    assert "Mật khẩu đã sai nhiều lần" in page
    assert state(order_id) == "proposed"
    later("chi", Purpose.DECISION, timedelta(minutes=1))
    decide(visit, order_id, RIGHT)
    assert state(order_id) == "approved"
    assert attempts.not_before("chi", Purpose.DECISION, now=datetime.now(UTC)) is None


def test_wrong_passwords_of_the_council_do_not_stop_the_head(visit: Any, order_id: str) -> None:
    for _ in range(5):
        attempts.was_wrong("binh", Purpose.DECISION, now=datetime.now(UTC))
    decide(visit, order_id, RIGHT)
    assert state(order_id) == "approved"


def test_the_auditor_sees_that_an_account_waits(visit: Any, order_id: str) -> None:
    for _ in range(3):
        decide(visit, order_id, "wrong")
    with reading() as session:
        found = session.scalars(select(EventRow).where(EventRow.verb == "RIGHTS_CHANGE"))
        (event,) = (one for one in found if "wrong_passwords" in one.payload)
    assert (event.object_kind, event.object_id, event.actor) == ("account", "chi", "system:portal")
    assert "wrong" not in str(event.payload).replace("wrong_passwords", "")
    assert "Đổi quyền" in visit("dung", "/nhat-ky?verb=RIGHTS_CHANGE").page


def log_in(visit: Any, login: str, password: str) -> Any:
    browser = visit("", "/login")
    browser.getControl(name="__ac_name").value = login
    browser.getControl(name="__ac_password").value = password
    browser.getControl(name="buttons.login").click()
    return browser


def test_the_login_page_makes_wait_and_says_until_when(visit: Any) -> None:
    for _ in range(3):
        log_in(visit, "hoa", "wrong")
    with reading() as session:
        assert session.get_one(PasswordAttempts, ("hoa", "login")).failures == 3
    browser = log_in(visit, "hoa", "Luu-tru-2026-ho")
    assert "Mật khẩu đã sai nhiều lần. Hãy thử lại sau" in browser.page
    assert "Đỗ Hoa" not in browser.page
    later("hoa", Purpose.LOGIN, timedelta(minutes=1))
    assert "Đỗ Hoa" in log_in(visit, "hoa", "Luu-tru-2026-ho").page


def test_a_refused_request_is_counted_although_zope_takes_it_back(visit: Any, site: Any) -> None:
    browser = visit("")
    browser.addHeader("Authorization", f"Basic {base64.b64encode(b'hoa:wrong').decode()}")
    browser.addHeader("Accept", "application/json")
    for number in range(1, 4):
        browser.open(f"{site.absolute_url()}/@records-search?q=x")
        assert browser.headers["Status"].startswith("401")
        with reading() as session:
            assert session.get_one(PasswordAttempts, ("hoa", "login")).failures == number
    assert attempts.not_before("hoa", Purpose.LOGIN, now=datetime.now(UTC)) is not None


def test_names_nobody_has_are_not_counted(visit: Any) -> None:
    log_in(visit, "nobody-of-this-name", "wrong")
    with reading() as session:
        assert session.scalar(select(PasswordAttempts)) is None


def test_a_right_password_writes_nothing(visit: Any) -> None:
    assert PEOPLE and "Nguyễn Thị An" in visit("an").page
    with reading() as session:
        assert session.scalar(select(PasswordAttempts)) is None


def test_while_the_register_is_away_no_password_is_looked_at(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(attempts, "not_before", away)
    assert "Hiện chưa kiểm tra được mật khẩu" in log_in(visit, "hoa", "Luu-tru-2026-ho").page
