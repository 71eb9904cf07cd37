"""What cannot be shown is answered with the right status, in our shell and language, with what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from house_people import ident
from kept_case_files import OLD, RULES
from OFS.Folder import Folder
from zope.component import getMultiAdapter

from archive.errors import ArchiveError, DamagedError, TemporaryError
from portal.headers import STRICT

pytestmark = pytest.mark.plone

HTML = "text/html,application/xhtml+xml"
TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")


def status(browser: Any) -> int:
    return int(browser.headers["Status"].split()[0])


@pytest.mark.parametrize(
    "path", ["/khong-co-trang-nay", "/ho-so/khong-co", "/tiep-nhan/x", "/phong/khong-co"]
)
def test_an_address_with_nothing_behind_it_is_a_404_of_ours(visit: Any, path: str) -> None:
    browser = visit("an", path, accept=HTML)
    assert status(browser) == 404
    assert "Không có trang này" in browser.page
    assert "Nguyễn Thị An" in browser.page  # still logged in, also where Zope did not ask


def test_a_stranger_gets_the_same_without_a_name(visit: Any) -> None:
    browser = visit("", "/khong-co-trang-nay", accept=HTML)
    assert status(browser) == 404
    assert "Không có trang này" in browser.page
    assert "tt-person" not in browser.page


def test_an_address_outside_of_the_site_is_a_404_in_vietnamese(visit: Any, site: Any) -> None:
    browser = visit("an", "", accept=HTML)
    browser.open(site.absolute_url().rsplit("/", 1)[0] + "/khong-co")
    assert status(browser) == 404
    assert "Không có trang này" in browser.page


@pytest.mark.parametrize(
    ("who", "path"), [("an", "/nhat-ky"), ("hoa", "/tieu-huy"), ("khanh", f"/ho-so/{RULES.id}")]
)
def test_who_may_not_gets_a_403_of_ours(visit: Any, who: str, path: str) -> None:
    browser = visit(who, path, accept=HTML)
    assert status(browser) == 403
    assert "Vai trò của bạn không mở được trang này" in browser.page


def test_an_act_that_is_not_allowed_is_a_403_of_ours(visit: Any) -> None:
    token = visit("an", f"/tiep-nhan/{TO_DECIDE}").getControl(name="_authenticator", index=0).value
    browser = visit("chi", "", accept=HTML)
    browser.post(f"{browser.url}/tiep-nhan/{TO_DECIDE}", f"accept=1&_authenticator={token}")
    assert status(browser) == 403


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TemporaryError("the store is away"), 503),
        (DamagedError("kho-a", "x"), 409),
        (ArchiveError("no"), 409),
    ],
)
def test_an_error_of_ours_while_reading_has_a_page_and_a_next_step(
    visit: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: int
) -> None:
    def fails(*_args: Any, **_more: Any) -> None:
        raise error

    monkeypatch.setattr("portal.reading.read_component", fails)
    browser = visit("an", f"/ho-so/{RULES.id}/tep/{RULES.component_id(1, 'original')}", accept=HTML)
    assert status(browser) == expected
    assert "Chưa có gì thay đổi" in browser.page
    assert ("Retry-After" in browser.headers) == (expected == 503)


def test_what_breaks_unexpectedly_is_a_500_that_names_no_inside(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("portal.browser.case_file.view.explain", fails)
    browser = visit("an", f"/ho-so/{OLD.id}", accept=HTML)
    assert status(browser) == 500
    assert "Có lỗi xảy ra" in browser.page
    assert "ZeroDivision" not in browser.page
    assert "inside" not in browser.page


def test_the_bare_address_of_the_instance_leads_to_the_archive(site: Any, functional: Any) -> None:
    functional["app"]._setObject("luutru", Folder("luutru"))
    view = getMultiAdapter((functional["app"], site.REQUEST), name="plone-overview")
    view()
    assert site.REQUEST.response.getStatus() == 302
    assert site.REQUEST.response.getHeader("Location").endswith("/luutru")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", ""),
        ("an", ""),
        ("an", "/tiep-nhan"),
        ("an", "/tiep-nhan/gom"),
        ("an", "/tiep-nhan/yeu-cau"),
        ("an", "/tiep-nhan/cach-ly"),
        ("an", "/thoa-thuan/moi"),
        ("an", "/danh-muc-nop-luu"),
        ("an", f"/ho-so/{RULES.id}"),
        ("dung", "/nhat-ky"),
        ("an", "/nhat-ky"),
    ],
)
def test_our_own_pages_run_nothing_inline(visit: Any, who: str, path: str) -> None:
    browser = visit(who, path, accept=HTML)
    assert browser.headers["Content-Security-Policy"] == STRICT
    assert "unsafe" not in STRICT
    assert " style=" not in browser.page
    assert "bundle-plone" not in browser.page


def test_a_form_of_plone_may_run_what_it_brings(visit: Any) -> None:
    assert "unsafe-inline" in visit("", "/login", accept=HTML).headers["Content-Security-Policy"]
