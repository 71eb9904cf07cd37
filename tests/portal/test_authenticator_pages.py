"""A person enrols the own authenticator, puts another in its place, and is told when an administrator took it away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from a_furnished_house import PEOPLE
from sqlalchemy import select

from archive.attempts import FREE
from archive.ledger.rows import EventRow
from archive.register.second_factor import SecondFactor
from archive.register.session import reading, transaction
from archive.second_factor import codes, enrol
from archive.second_factor.prove import Act, First, For, prove
from archive.viewer import Role, Viewer

pytestmark = pytest.mark.plone

PASSWORDS = {one["login"]: one["password"] for one in PEOPLE}
HERE = "/ma-xac-thuc"


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def begun(visit: Any, login: str = "an", password: str = "", code: str = "") -> Any:
    browser = visit(login, HERE)
    browser.getControl(name="password").value = password or PASSWORDS[login]
    if code:
        browser.getControl(name="code").value = code
    browser.getControl(name="begin").click()
    return browser


def secret(page: str) -> str:
    found = re.search(r'class="tt-secret"[^>]*>([^<]+)<', page)
    assert found, "no secret is shown"
    return found.group(1).replace(" ", "")


def now_code(secret: str, steps: int = 0) -> str:
    return codes.code_at(secret, codes.step_at(datetime.now(UTC)) + steps)


def enrolled(visit: Any, login: str = "an") -> str:
    browser = begun(visit, login)
    found = secret(browser.page)
    browser.getControl(name="first").value = now_code(found, -1)
    browser.getControl(name="confirm").click()
    assert "đã có hiệu lực" in browser.page
    return found


def in_force(login: str = "an") -> bool:
    with reading() as session:
        return enrol.since(session, login) is not None


def wrong(secret: str) -> str:
    near = {now_code(secret, steps) for steps in range(-30, 5)}
    return next(f"{number:06}" for number in range(100) if f"{number:06}" not in near)


def test_a_person_enrols_and_the_ledger_says_so(visit: Any) -> None:
    assert "Chưa có" in visit("an", HERE).page
    browser = begun(visit)
    found = secret(browser.page)
    assert "<svg" in browser.page and "otpauth://totp/" in browser.page and found in browser.page
    assert "no-store" in browser.headers["Cache-Control"]
    assert not in_force()
    again = visit("an", HERE).page  # begun, but shown only once
    assert found not in again and "<path" not in again.split("<main", 1)[1] and 'name="first"' in again
    browser.getControl(name="first").value = wrong(found)
    browser.getControl(name="confirm").click()
    assert status(browser) == 409 and "không đúng" in browser.page and not in_force()
    browser.getControl(name="first").value = now_code(found)
    browser.getControl(name="confirm").click()
    assert in_force() and "Có hiệu lực từ" in browser.page
    with reading() as session:
        event = session.scalars(select(EventRow).order_by(EventRow.seq.desc())).first()
        assert event is not None and event.actor == "an" and found not in str(event.payload)
        assert event.payload == {"act": "second-factor-enrolled", "door": "portal"}
        seq = event.seq
    prove("an", now_code(found, 1), Act(For.DECIDE, "x"), first=First.PASSWORD, now=datetime.now(UTC))
    assert "cổng làm việc" in visit("dung", f"/nhat-ky/{seq}").page


def test_the_password_is_asked_first(visit: Any) -> None:
    browser = begun(visit, password="not this one")
    assert status(browser) == 409 and "Mật khẩu không đúng" in browser.page
    assert "tt-secret" not in browser.page
    with reading() as session:
        assert session.get(SecondFactor, "an") is None


def test_wrong_first_codes_make_the_next_try_wait(visit: Any) -> None:
    browser = begun(visit)
    found = secret(browser.page)
    for _ in range(FREE):
        browser.getControl(name="first").value = wrong(found)
        browser.getControl(name="confirm").click()
    assert "lần thử tiếp theo sau" in browser.page
    browser.getControl(name="first").value = now_code(found)
    browser.getControl(name="confirm").click()
    assert "nhiều lần" in browser.page and not in_force()


def test_another_is_enrolled_only_with_a_code_of_the_present_one(visit: Any) -> None:
    old = enrolled(visit)
    for code in ("", wrong(old)):
        browser = begun(visit, code=code)
        assert status(browser) == 409 and "tt-secret" not in browser.page
    browser = begun(visit, code=now_code(old))
    new = secret(browser.page)
    with reading() as session:
        assert session.get_one(SecondFactor, "an").secret == old  # in force until the new one is confirmed
    browser.getControl(name="first").value = now_code(new)
    browser.getControl(name="confirm").click()
    with reading() as session:
        assert session.get_one(SecondFactor, "an").secret == new


def test_nobody_enrols_without_logging_in(visit: Any) -> None:
    browser = visit("", HERE)
    assert status(browser) in (401, 403) or "/login" in browser.url


def reset(visit: Any, who: str, login: str, reason: str, password: str = "") -> Any:
    browser = visit(who, f"/tai-khoan/{login}")
    form = browser.getForm(index=next(i for i in range(20) if _has(browser, i, "reset")))
    form.getControl(name="reason").value = reason
    form.getControl(name="password").value = password or PASSWORDS[who]
    form.getControl(name="reset").click()
    return browser


def _has(browser: Any, index: int, name: str) -> bool:
    try:
        browser.getForm(index=index).getControl(name=name)
    except LookupError:
        return False
    return True


def test_an_administrator_resets_one_and_its_person_is_told_once(visit: Any) -> None:
    enrolled(visit)
    for facts in ({"reason": " "}, {"reason": "mất điện thoại", "password": "wrong"}):
        assert status(reset(visit, "khanh", "an", **facts)) == 409 and in_force()
    browser = reset(visit, "khanh", "an", "mất điện thoại")
    assert "Đã đặt lại" in browser.page and not in_force()
    assert 'name="reset"' not in browser.page
    assert "đã đặt lại ứng dụng xác thực" not in visit("chi", "/tieu-huy").page
    told = visit("an", "/tieu-huy").page
    assert "đã đặt lại ứng dụng xác thực" in told and "mất điện thoại" in told
    assert "đã đặt lại ứng dụng xác thực" not in visit("an", "/tieu-huy").page
    enrolled(visit)
    with reading() as session:
        events = session.scalars(select(EventRow).where(EventRow.object_id == "an").order_by(EventRow.seq))
        acts = [(event.actor, event.payload["act"], event.payload.get("reason")) for event in events]
    assert acts == [
        ("an", "second-factor-enrolled", None),
        ("khanh", "second-factor-reset", "mất điện thoại"),
        ("an", "second-factor-enrolled", None),
    ]


def test_nobody_resets_the_own_one(visit: Any, site: Any) -> None:
    enrolled(visit, "khanh")
    assert 'name="reset"' not in visit("khanh", "/tai-khoan/khanh").page
    enrolled(visit, "an")
    browser = visit("khanh", "/tai-khoan/chi")
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(
        f"{site.absolute_url()}/tai-khoan/khanh",
        f"_authenticator={token}&reset=1&reason=x&password={PASSWORDS['khanh']}",
    )
    assert "Không ai tự thay đổi quyền của chính mình" in browser.page and in_force("khanh")


@pytest.mark.parametrize("who", ["an", "chi", "dung"])
def test_nobody_but_an_administrator_resets_one(visit: Any, site: Any, who: str) -> None:
    now = datetime.now(UTC) - timedelta(minutes=2)
    viewer = Viewer("lan", {"*": frozenset({Role.ARCHIVIST})})
    with transaction() as session:
        found = enrol.begin(session, viewer=viewer, now=now).secret
        enrol.confirm_within(
            session, codes.code_at(found, codes.step_at(now)), viewer=viewer, door=enrol.Door.PORTAL, now=now
        )
    browser = visit(who, HERE)
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(
        f"{site.absolute_url()}/tai-khoan/lan",
        f"_authenticator={token}&reset=1&reason=x&password={PASSWORDS[who]}",
    )
    assert status(browser) in (401, 403) or "/login" in browser.url or "insufficient" in browser.url
    assert in_force("lan")
