"""The administrator makes accounts and gives roles; nobody gives them to themselves; first the password is chosen."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import transaction
from a_furnished_house import GIA_LAI, LANG_SON, PEOPLE, RULES
from sqlalchemy import select

from archive import attempts
from archive.attempts import Purpose
from archive.ledger.rows import EventRow
from archive.register.session import reading
from archive.viewer import Role
from portal import accounts, people
from portal.site import set_accounts

pytestmark = pytest.mark.plone

ADMIN = next(one["password"] for one in PEOPLE if one["login"] == "khanh")
OWN = "bon tu cua rieng toi"


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


def secret(page: str) -> str:
    """Return the one-time password a page shows."""
    found = re.search(r'class="tt-secret"[^>]*>([^<]+)<', page)
    assert found, "no password is shown"
    return found.group(1)


def made(
    visit: Any, login: str = "thuy", role: str = "archivist", agency: str = LANG_SON, **more: str
) -> Any:
    browser = visit("khanh", "/tai-khoan")
    browser.getControl(name="fullname").value = more.get("fullname", "Đinh Thị Thủy")
    browser.getControl(name="login").value = login
    browser.getControl(name="role").value = [role]
    browser.getControl(name="agency").value = [agency]
    browser.getControl(name="password").value = more.get("password", ADMIN)
    browser.getControl(name="create").click()
    return browser


@pytest.fixture
def visit_with(visit: Any) -> Any:
    """Return a function that opens a page with an account and a password."""

    def _visit(login: str, password: str, path: str = "") -> Any:
        browser = visit("")
        token = base64.b64encode(f"{login}:{password}".encode()).decode()
        browser.addHeader("Authorization", f"Basic {token}")
        browser.open(browser.url.rstrip("/") + path)
        return browser

    return _visit


def give(visit: Any, login: str, role: str, agency: str, who: str = "khanh", password: str = ADMIN) -> Any:
    browser = visit(who, f"/tai-khoan/{login}")
    browser.getControl(name="role").value = [role]
    browser.getControl(name="agency").value = [agency]
    browser.getControl(name="password", index=0).value = password  # the form that gives stands first
    browser.getControl(name="give").click()
    return browser


def held(login: str) -> dict[str, set[str]]:
    transaction.begin()
    return {agency: {role.value for role in roles} for agency, roles in accounts.named(login).held.items()}


def acts(login: str) -> list[str]:
    with reading() as session:
        query = select(EventRow).where(EventRow.object_id == login, EventRow.verb == "RIGHTS_CHANGE")
        found = [row.payload.get("act") for row in session.scalars(query.order_by(EventRow.seq))]
    return [act for act in found if act]


def test_an_account_is_made_chooses_its_password_and_works(visit: Any, visit_with: Any) -> None:
    browser = made(visit)
    password = secret(browser.page)
    assert "no-store" in browser.headers["Cache-Control"]
    assert password not in visit("khanh", "/tai-khoan").page
    assert password not in visit("khanh", "/tai-khoan/thuy").page

    page = visit_with("thuy", password, "/tieu-huy")
    assert page.url.endswith("/doi-mat-khau")
    assert "Đặt mật khẩu của bạn" in page.page
    assert status(visit_with("thuy", password, f"/@case-files/{RULES.id}")) in (401, 403, 404)
    page.getControl(name="password").value = password
    page.getControl(name="new").value = OWN
    page.getControl(name="again").value = OWN
    page.getControl(name="choose").click()

    page = visit_with("thuy", OWN, "/tieu-huy")
    assert page.url.endswith("/tieu-huy")
    assert "UBND tỉnh Lạng Sơn" in page.page
    assert acts("thuy") == ["created", "role-given", "password-changed"]
    assert (
        "401" in visit_with("thuy", password, "/tieu-huy").headers["Status"]
        or "/login" in visit_with("thuy", password, "/tieu-huy").url
    )


@pytest.mark.parametrize(
    ("new", "again", "said"),
    [
        ("ngắn", "ngắn", "ít nhất 12 ký tự"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "ít nhất 12 ký tự"),
        ("bốn từ của riêng tôi", "bốn từ của riêng anh", "không giống nhau"),
        ("mat khau cua hoa day", "mat khau cua hoa day", "không được chứa tên tài khoản"),
        ("Luu-tru-2026-ho", "Luu-tru-2026-ho", "khác mật khẩu đang dùng"),
    ],
)
def test_a_password_that_is_not_good_is_refused_in_words(visit: Any, new: str, again: str, said: str) -> None:
    browser = visit("hoa", "/doi-mat-khau")
    browser.getControl(name="password").value = "Luu-tru-2026-ho"
    browser.getControl(name="new").value = new
    browser.getControl(name="again").value = again
    browser.getControl(name="choose").click()
    assert said in browser.page
    assert acts("hoa") == []
    assert status(visit("hoa", "/tra-cuu")) == 200


def test_the_present_password_is_asked_before_it_changes(visit: Any) -> None:
    browser = visit("hoa", "/doi-mat-khau")
    browser.getControl(name="password").value = "wrong"
    browser.getControl(name="new").value = OWN
    browser.getControl(name="again").value = OWN
    browser.getControl(name="choose").click()
    assert "Mật khẩu không đúng" in browser.page
    assert status(visit("hoa", "/tra-cuu")) == 200


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"login": "Thủy"}, "không dùng được"),
        ({"login": "x"}, "không dùng được"),
        ({"login": "an"}, "không dùng được"),  # too short, and taken
        ({"login": "khanh"}, "trùng hoặc dễ nhầm"),
        ({"fullname": ""}, "Chưa ghi họ tên"),
        ({"agency": ""}, "Hãy chọn một vai trò và một cơ quan"),
        ({"password": "wrong"}, "Mật khẩu không đúng"),
    ],
)
def test_an_account_that_cannot_be_made_leaves_nothing_behind(
    visit: Any, more: dict[str, str], said: str
) -> None:
    before = len(accounts.everybody())
    browser = made(visit, **more)
    assert said in browser.page
    assert 'class="tt-secret"' not in browser.page
    assert browser.getControl(name="fullname").value == more.get("fullname", "Đinh Thị Thủy")
    transaction.begin()
    assert len(accounts.everybody()) == before
    assert acts(more.get("login", "thuy")) == []


def test_a_role_is_given_and_opens_its_door_at_its_agency(visit: Any) -> None:
    assert "Đã giao vai trò" in give(visit, "giang", "archivist", GIA_LAI).page
    assert held("giang") == {LANG_SON: {"official"}, GIA_LAI: {"archivist"}}
    assert status(visit("giang", "/tieu-huy")) == 200
    page = visit("khanh", "/tai-khoan/giang").page
    assert "Giao vai trò: Lưu trữ viên · Sở Nội vụ tỉnh Gia Lai" in page
    assert "Vũ Khánh" in page
    browser = visit("khanh", "/tai-khoan/giang")
    browser.getControl(name="take", index=1).click()
    assert held("giang") == {LANG_SON: {"official"}}
    assert acts("giang") == ["role-given", "role-taken"]
    assert "Thu hồi vai trò" in visit("dung", "/nhat-ky?verb=RIGHTS_CHANGE").page


@pytest.mark.parametrize(
    ("login", "role"),
    [("an", "head"), ("binh", "head"), ("chi", "archivist"), ("chi", "council"), ("dung", "clerk")],
)
def test_no_account_gets_what_must_be_two_people(visit: Any, login: str, role: str) -> None:
    before, done = held(login), acts(login)
    browser = give(visit, login, role, LANG_SON)
    assert "Một người không được vừa là" in browser.page or "một người không được vừa là" in browser.page
    assert held(login) == before
    assert acts(login) == done


def test_an_administrator_gives_the_own_account_nothing(visit: Any, site: Any) -> None:
    page = visit("khanh", "/tai-khoan/khanh").page
    assert 'name="give"' not in page
    assert "Không ai tự thay đổi quyền của mình" in page
    browser = visit("khanh", "/tai-khoan/giang")
    token = browser.getControl(name="_authenticator", index=0).value
    browser.post(
        f"{site.absolute_url()}/tai-khoan/khanh",
        f"_authenticator={token}&give=1&role=head&agency={LANG_SON}&password={ADMIN}",
    )
    assert "Không ai tự thay đổi quyền của chính mình" in browser.page
    assert held("khanh") == {"*": {"administrator"}}
    assert acts("khanh") == []


def test_giving_asks_for_the_password_again(visit: Any) -> None:
    assert "Mật khẩu không đúng" in give(visit, "giang", "clerk", LANG_SON, password="wrong").page
    assert held("giang") == {LANG_SON: {"official"}}


@pytest.mark.parametrize("who", ["an", "chi", "dung", "hoa", "giang", "su", ""])
def test_nobody_but_an_administrator_opens_the_accounts(visit: Any, who: str) -> None:
    for path in ("/tai-khoan", "/tai-khoan/giang"):
        browser = visit(who, path)
        assert status(browser) in (401, 403) or "/login?" in browser.url or "insufficient" in browser.url
        assert "Đỗ Hoa" not in browser.page or who == "hoa"


def test_a_locked_account_can_do_nothing_at_once_and_gets_its_roles_back(visit: Any, visit_with: Any) -> None:
    browser = visit("khanh", "/tai-khoan/hoa")
    browser.getControl(name="reason").value = "Nghỉ phép dài ngày"
    browser.getControl(name="lock").click()
    assert "Tài khoản đã bị khóa" in browser.page
    browser = visit("hoa", "/tra-cuu")
    assert status(browser) in (401, 403) or "/login?" in browser.url
    assert held("hoa") == {"*": {"researcher"}}  # what it gets back
    transaction.begin()
    assert not people.members("*", Role.RESEARCHER)

    browser = visit("khanh", "/tai-khoan/hoa")
    assert 'name="give"' not in browser.page
    browser.getControl(name="unlock").click()
    password = secret(browser.page)
    attempts.was_right("hoa", Purpose.LOGIN)  # the tries with the old password make wait
    assert visit_with("hoa", password, "/tra-cuu").url.endswith("/doi-mat-khau")
    assert held("hoa") == {"*": {"researcher"}}
    assert acts("hoa") == ["locked", "unlocked"]


def test_a_new_one_time_password_stops_the_old_one(visit: Any, visit_with: Any) -> None:
    browser = visit("khanh", "/tai-khoan/hoa")
    browser.getControl(name="renew").click()
    assert visit_with("hoa", secret(browser.page), "/tra-cuu").url.endswith("/doi-mat-khau")
    browser = visit("hoa", "/tra-cuu")
    assert status(browser) in (401, 403) or "/login?" in browser.url


def test_a_restart_leaves_changed_accounts_as_they_are(visit: Any, site: Any) -> None:
    give(visit, "giang", "clerk", LANG_SON)
    set_accounts(site, PEOPLE)
    transaction.commit()
    assert held("giang") == {LANG_SON: {"official", "clerk"}}
    set_accounts(site, [{"login": "lan", "password": "Luu-tru-2026-la", "roles": {GIA_LAI: ["council"]}}])
    transaction.commit()
    assert held("lan") == {GIA_LAI: {"council"}}  # nobody changed that one


def test_the_account_that_runs_the_site_is_not_managed_here(visit: Any, site: Any) -> None:
    page = visit("khanh", "/tai-khoan/admin").page
    assert 'method="post"' not in page.split("<main", 1)[1]
    assert "vận hành chính trang web" in page


def test_accounts_are_sorted_as_vietnamese_names_are(visit: Any) -> None:
    page = visit("khanh", "/tai-khoan").page.split("<main", 1)[1]
    assert page.index("Bùi Lan") < page.index("Đỗ Hoa") < page.index("Hoàng Giang")
    page = visit("khanh", "/tai-khoan?sort=-login").page.split("<main", 1)[1]
    assert page.index("Hoàng Văn Sử") < page.index("Nguyễn Thị An")


def test_an_unknown_account_is_not_found(visit: Any) -> None:
    assert status(visit("khanh", "/tai-khoan/khong-co")) == 404
