"""The page of the quarantine: one person asks, another answers; nobody sees a word of the delivery."""

from __future__ import annotations

import re
from typing import Any

import pytest
from a_furnished_house import GIA_LAI, LANG_SON, NOW
from infected_deliveries import ELSEWHERE, HERE, an_infected_delivery
from lxml import html
from sqlalchemy import select

from archive.register.infected import QuarantineRequest
from archive.register.models import Submission
from archive.register.session import reading, transaction
from ingest import quarantine

pytestmark = pytest.mark.plone


@pytest.fixture
def infected(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    monkeypatch.setenv("TANGTHU_INGEST__INFECTED_KEPT_DAYS", "3650")
    with transaction() as session:
        an_infected_delivery(session, HERE, LANG_SON, "Doc.Macro.Odd-1", NOW)
        an_infected_delivery(session, ELSEWHERE, GIA_LAI, "Pdf.Exploit.Other-2", NOW)


def request() -> QuarantineRequest | None:
    with reading() as session:
        return session.scalar(select(QuarantineRequest))


def ask(
    visit: Any, login: str = "lan", reason: str = "Bên gửi xác nhận là báo nhầm", wish: str = "release"
) -> Any:
    browser = visit(login, "/tiep-nhan/cach-ly")
    form = browser.getForm(id=f"form-{HERE}")
    form.getControl(name="wish").value = [wish]
    form.getControl(name="word").value = reason
    form.getControl(name="ask").click()
    return browser


def answer(visit: Any, login: str, act: str, word: str) -> Any:
    browser = visit(login, "/tiep-nhan/cach-ly")
    made = request()
    assert made is not None
    form = browser.getForm(id=f"form-{made.id}")
    form.getControl(name="word").value = word
    form.getControl(name=act).click()
    return browser


def test_the_page_says_what_was_found_since_when_and_how_long_it_stays(visit: Any, infected: None) -> None:
    page = visit("an", "/tiep-nhan/cach-ly").page
    assert all(word in page for word in ("Doc.Macro.Odd-1", "Pdf.Exploit.Other-2", "UBND tỉnh Lạng Sơn"))
    assert "ClamAV 1.4.3, cơ sở dữ liệu mẫu 27800 ngày 16/11/2026" in page
    assert "văn bản 1 / tệp 1" in page
    lists = re.findall(r'<dl class="tt-facts">(.*?)</dl>', page, re.S)
    assert lists and not any("<div" in one for one in lists), "else a long name runs into the next column"
    assert "Chưa có đề nghị" in page
    (shown,) = html.fromstring(page).xpath("//*[@id='content' or contains(@class, 'tt-screen')][1]")
    assert HERE not in str(shown.text_content())
    assert "(2)" in visit("an", "/tiep-nhan").page


def test_an_archivist_of_one_agency_sees_its_own_only(visit: Any, infected: None) -> None:
    page = visit("lan", "/tiep-nhan/cach-ly").page
    assert ("Doc.Macro.Odd-1" in page, "Pdf.Exploit.Other-2" in page) == (True, False)


@pytest.mark.parametrize("login", ["giang", "hoa", "binh", "dung"])
def test_who_has_no_part_in_it_is_refused(visit: Any, infected: None, login: str) -> None:
    browser = visit(login, "/tiep-nhan/cach-ly")
    assert browser.headers["Status"].startswith("403")
    assert "Doc.Macro.Odd-1" not in browser.page


def test_one_asks_and_another_releases(visit: Any, infected: None) -> None:
    page = ask(visit).page
    assert "Đã đề nghị" in page
    assert "Bùi Lan" in page
    assert 'name="agree"' not in page  # who asked does not answer
    page = answer(visit, "chi", "agree", "Đã hỏi hãng").page
    assert "Đã cho ra" in page
    made = request()
    assert made is not None
    assert (made.state, made.asked_by, made.answered_by, made.answered_role) == (
        "released",
        "lan",
        "chi",
        "head",
    )
    with reading() as session:
        row = session.get_one(Submission, HERE)
        assert (row.state, row.step, row.decided_by, len(row.findings)) == ("received", "scan", "", 0)


def test_an_administrator_sees_the_page_and_declines(visit: Any, infected: None) -> None:
    ask(visit, wish="destroy")
    page = visit("khanh", "/tiep-nhan/cach-ly").page
    assert "Đề nghị tiêu hủy" in page
    assert f"/tiep-nhan/{HERE}" not in page  # submissions are not for administrators
    page = answer(visit, "khanh", "decline", "Để nguyên làm chứng cứ").page
    assert "Để nguyên làm chứng cứ" in page
    made = request()
    assert made is not None
    assert made.state == "declined"
    assert quarantine.raw(HERE).exists()


def test_what_was_written_is_kept_when_it_cannot_be_done(visit: Any, infected: None) -> None:
    browser = visit("lan", "/tiep-nhan/cach-ly")
    form = browser.getForm(id=f"form-{HERE}")
    form.getControl(name="word").value = "Lời đã viết khá dài"
    ask(visit, "an")  # meanwhile a colleague asks
    form.getControl(name="ask").click()
    assert "đã đề nghị, đang chờ người thứ hai" in browser.page
    assert "Lời đã viết khá dài" in browser.page


def test_nothing_there_is_said(visit: Any) -> None:
    assert "Không có hồ sơ nhiễm mã độc nào" in visit("an", "/tiep-nhan/cach-ly").page
