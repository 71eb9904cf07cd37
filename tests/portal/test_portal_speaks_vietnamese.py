"""A Vietnamese page holds no English: no message left untranslated, no reason told in English, no English sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from handed_over import hand_over
from house_people import LANG_SON, ident
from kept_case_files import GONE, HELD, OLD, RULES
from lxml import html
from sqlalchemy import select
from transaction import commit
from walked_lists import on

from archive import reason as reasons
from archive.reason import as_text, because
from archive.register.decisions import Order, OrderKind
from archive.register.models import Submission
from archive.register.session import reading, transaction
from ingest.errors import detail
from ingest.finding import Finding as NewFinding
from ingest.reasons import row_of
from portal.locales.extract import translated
from portal.papers import mirror_all

pytestmark = pytest.mark.plone

HOUSE = Path(reasons.__file__).parents[1]
TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")
RETURNED = ident("submission", "000.00.09.H42.2022.05.TB")
RUNNING = ident("submission", "000.00.05.H21.2024.18.TT")

WORDS = re.compile(
    r"\b(the|is|are|was|were|not|and|of|for|with|from|by|this|that|which|cannot|must|nothing|does|did|been"
    r"|wait|waits|missing|found|already|record|error|failed|please|you|your)\b",
    re.I,
)
"""English words that are no Vietnamese ones; one of them in a sentence gives it away."""
SHOWN = ("title", "aria-label", "placeholder", "alt", "data-confirm", "data-label", "summary")
TECHNICAL = (
    "self::script or self::style or self::code or self::pre or contains(@class, 'tt-mono') or @lang='en'"
)

PAGES = (
    ("", ""),
    ("", "/login"),
    ("an", ""),
    ("chi", ""),
    ("binh", ""),
    ("dung", ""),
    ("giang", ""),
    ("hoa", ""),
    ("khanh", ""),
    ("an", "/tiep-nhan"),
    ("khanh", "/tiep-nhan/cach-ly"),
    ("an", "/thoa-thuan"),
    ("an", "/thoa-thuan/moi"),
    ("khanh", "/thoa-thuan"),
    ("giang", "/danh-muc-nop-luu"),
    ("giang", "/danh-muc-nop-luu/dong"),
    ("giang", "/kiem-tra-truoc"),
    ("giang", "/nop-luu"),
    ("an", f"/tiep-nhan/{TO_DECIDE}"),
    ("an", f"/tiep-nhan/{RETURNED}"),
    ("an", f"/tiep-nhan/{RUNNING}"),
    ("an", f"/ho-so/{RULES.id}"),
    ("an", f"/ho-so/{HELD.id}"),
    ("an", f"/ho-so/{GONE.id}"),
    ("dung", f"/bia-mo/{GONE.id}"),
    ("hoa", "/tra-cuu?q=quyet+dinh"),
    ("hoa", "/tra-cuu?q=khong-co-gi"),
    ("an", "/bang-thoi-han"),
    ("an", "/bang-thoi-han/moi"),
    ("giang", "/bang-thoi-han/tt-10-2022"),
    ("an", "/tieu-huy"),
    ("an", "/tieu-huy/{approved}"),
    ("chi", "/tieu-huy/{approved}"),
    ("dung", "/tieu-huy/{approved}"),
    ("chi", "/tieu-huy/{done}"),
    ("chi", "/tieu-huy/{refused}"),
    ("an", "/danh-muc-huy"),
    ("an", "/giu-ho-so"),
    ("an", "/giu-nhieu-ho-so"),
    ("chi", f"/giu-ho-so?ho_so={OLD.id}"),
    ("an", f"/mo-ta-lai/{OLD.id}"),
    ("hoa", "/phong"),
    ("dung", "/nhat-ky"),
    ("dung", "/nhat-ky/1"),
    ("khanh", "/he-thong"),
    ("khanh", "/ban-sao"),
    ("an", "/ban-sao"),
    ("khanh", "/chuyen-doi?chon=1&pdfa=2b&to=3b"),
    ("an", "/chuyen-doi?chon=1&puid=fmt/999"),
    ("khanh", "/tai-khoan"),
    ("khanh", "/tai-khoan/giang"),
    ("hoa", "/doi-mat-khau"),
    ("hoa", "/ma-xac-thuc"),
    ("an", "/khong-co-trang-nay"),
    ("an", "/nhat-ky"),
)


def orders() -> dict[str, str]:
    with reading() as session:
        found = session.scalars(select(Order).where(Order.kind == OrderKind.DESTRUCTION))
        return {str(order.state): order.id for order in found}


@pytest.fixture
def troubled(site: Any) -> dict[str, str]:
    """The furnished house with all that goes wrong in it: an approved list against which much speaks, many waits."""
    order_id = orders()["proposed"]
    on(order_id, now=datetime.now(UTC))
    with transaction() as session:
        session.get_one(Order, order_id).reason = "bị sửa ngoài sổ"
        session.get_one(Order, order_id).document_date += timedelta(days=9000)
        row = session.get_one(Submission, RUNNING)
        row.waiting = as_text([detail("File is not a zip file")])
        broken = NewFinding(
            "SIP_BOMB", "x.zip", {"reason": because("ingest.bomb", bytes=10**9, packed=10**3)}
        )
        finding = row_of(broken)
        finding.submission_id = RETURNED
        session.add(finding)
    return orders()


def texts(page: str) -> Iterator[str]:
    """Yield every text and every shown attribute of a page, but what is technical by its mark."""
    tree = html.fromstring(page)
    for node in tree.find("body").iter() if tree.find("body") is not None else tree.iter():
        if not isinstance(node.tag, str) or node.xpath(f"boolean(ancestor-or-self::*[{TECHNICAL}])"):
            continue
        yield from (" ".join(str(text).split()) for text in node.xpath("text()"))
        yield from (" ".join(node.get(name).split()) for name in SHOWN if node.get(name))


def english_messages() -> set[str]:
    """Return the message ids that read otherwise in Vietnamese."""
    return {english for english, vietnamese in translated("vi").items() if english != vietnamese}


def english_reasons() -> list[re.Pattern[str]]:
    """Return what finds each English reason, whatever its values are."""
    found = []
    for path in HOUSE.glob("*/reasons.toml"):
        for entry in reasons.words(path.parent.name).texts.values():
            parts = [re.escape(part.strip()) for part in re.split(r"\{[^}]*\}", entry["en"]) if part.strip()]
            if len(re.findall(r"[a-z]{3,}", " ".join(parts))) > 1:
                found.append(re.compile(".{0,300}".join(parts)))
    return found


MESSAGES, REASONS = english_messages(), english_reasons()


def english(page: str) -> list[str]:
    """Return what is English on a page."""
    shown = [text for text in texts(page) if text]
    untranslated = [text for text in shown if text in MESSAGES]
    sentences = [text for text in shown if WORDS.search(text)]
    return untranslated + sentences + [text for text in shown if any(one.search(text) for one in REASONS)]


@pytest.mark.parametrize(
    ("login", "path"), PAGES, ids=[f"{who or 'nobody'} {path or '/'}" for who, path in PAGES]
)
def test_a_page_holds_no_english(visit: Any, troubled: dict[str, str], login: str, path: str) -> None:
    browser = visit(login, path.format(**troubled))
    assert english(browser.page) == [], browser.url


@pytest.mark.parametrize(
    "visits",
    [
        (("su", ""), ("an", "/ban-giao"), ("su", "/ban-giao"), ("su", "/ban-giao?dang-nhan=1")),
        (("an", "/ban-giao/{handover_proposed}"), ("chi", "/ban-giao/{handover_proposed}")),
        (("su", "/ban-giao/{handover_sent}"), ("dung", "/ban-giao/{handed_over}")),
    ],
    ids=["lists", "proposed", "sent and received"],
)
def test_a_page_of_a_hand_over_holds_no_english(visit: Any, site: Any, tmp_path: Path, visits: Any) -> None:
    ids = hand_over(tmp_path)
    for login, path in visits:
        browser = visit(login, path.format(**ids))
        assert browser.headers["Status"].startswith("200"), browser.url
        assert english(browser.page) == [], browser.url


def test_a_dossier_holds_no_english(visit: Any, site: Any) -> None:
    mirror_all(site)
    commit()
    for order_id in orders().values():
        assert english(visit("an", f"/danh-muc-huy/{order_id}").page) == []


def test_what_is_english_is_seen() -> None:
    page = (
        '<div><p>Reason</p><p aria-label="Tick all">x</p><code>the</code>'
        "<p>the order is proposed, not approved</p></div>"
    )
    found = english(page)
    assert "Reason" in found
    assert "Tick all" in found
    assert sum("not approved" in one for one in found) == 2
    assert english("<div><p>Lý do</p><p>quyết định bị từ chối</p></div>") == []


def test_what_speaks_against_a_list_is_told_in_vietnamese(visit: Any, troubled: dict[str, str]) -> None:
    page = visit("chi", f"/tieu-huy/{troubled['approved']}").page
    assert "Lý do của quyết định khác với sổ nhật ký." in page
    assert "chưa đến ngày đó" in page


def test_what_speaks_against_a_list_is_told_in_english_when_asked(
    visit: Any, troubled: dict[str, str]
) -> None:
    page = visit("chi", f"/tieu-huy/{troubled['approved']}?set_language=en").page
    assert "The order's reason is not what the ledger says." in page


def test_a_refused_act_says_why_in_vietnamese(visit: Any) -> None:
    browser = visit("an", f"/tieu-huy?agency={LANG_SON}")
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="number").value = " "
    browser.getControl(name="date").value = "2026-11-20"
    browser.getControl(name="reason").value = " "
    browser.getControl(name="explanation").value = "Hình thành khi giải quyết việc thường xuyên"
    browser.getControl(name="make").click()
    assert "Lý do: chưa điền.</li>" in browser.page and browser.page.count(": chưa điền.</li>") == 2
    assert english(browser.page) == []


def test_a_form_without_a_date_says_so_in_vietnamese(visit: Any) -> None:
    browser = visit("an", f"/tieu-huy?agency={LANG_SON}")
    browser.getControl(name="ids").value = [OLD.id]
    browser.getControl(name="make").click()
    assert "Ngày văn bản: chưa điền.</li>" in browser.page


def test_what_waits_and_what_was_found_is_told_in_vietnamese(visit: Any, troubled: dict[str, str]) -> None:
    assert "Chi tiết kỹ thuật xem ở bản tiếng Anh." in visit("khanh", "/he-thong").page
    assert "Gói tin nén bất thường: 954 MB nén còn 1000 byte." in visit("an", f"/tiep-nhan/{RETURNED}").page


def test_rest_gives_reasons_as_codes_and_tells_them_in_the_callers_language(
    visit: Any, troubled: dict[str, str]
) -> None:
    browser = visit("an", f"/@submissions/{RUNNING}", accept="application/json")
    assert json.loads(browser.contents)["waiting"] == [
        {"code": "ingest.detail", "params": {"said": "File is not a zip file"}}
    ]
    problem = json.loads(visit("giang", "/@submissions/nobody", accept="application/json").contents)
    assert problem["reasons"] == [
        {"code": "ingest.no-submission", "params": {"submission": "nobody", "who": "giang"}}
    ]
    assert problem["detail"] == "Không có lần nộp nobody mà giang được xem."
