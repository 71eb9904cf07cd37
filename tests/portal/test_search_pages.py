"""The search page: orders, days, filters in the address, and a way on when nothing is found."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kept_case_files import CONDITIONAL, HELD, OLD, RULES
from lxml import html

from portal.browser.search import way_back
from portal.days import NO_DAY, TURNED, day_typed, days_of
from search.choice import open_engine
from search.document import RECORD, IndexDocument


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2020-12-31", date(2020, 12, 31)),
        ("31/12/2020", date(2020, 12, 31)),
        (" 1-2-2020 ", date(2020, 2, 1)),
        ("31.12.2020", date(2020, 12, 31)),
        ("31/02/2020", None),
        ("12/31/2020", None),
        ("2020", None),
        ("20201231", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, day: date | None) -> None:
    assert day_typed(typed) == day


def test_a_faulty_range_is_said_and_limits_nothing_on_that_side() -> None:
    assert days_of("2020-01-01", "31/12/2020").limits == ("2020-01-01", "2020-12-31")
    broken = days_of("2020-01-01", "30/02/2020")
    assert (broken.limits, broken.faults) == (("2020-01-01", ""), {"to": NO_DAY})
    turned = days_of("2021-01-01", "2020-01-01")
    assert (turned.limits, turned.faults) == (("", ""), {"to": TURNED})


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example/",
        "//evil.example",
        "q=a&next=https://evil.example",
        "q=a%0d%0aSet-Cookie:x",
        "&" * 1000,
        "q=" + "x" * 5000,
        "%ff%fe",
        "\ud800",
    ],
)
def test_the_way_back_leads_to_our_search_whatever_comes(hostile: str) -> None:
    address = way_back.address("http://here/luutru", hostile)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path) == ("http", "here", "/luutru/tra-cuu")
    assert set(parse_qs(parts.query)) <= way_back.NAMES
    assert "\n" not in address and "\r" not in address


def test_the_way_back_brings_back_the_same_search() -> None:
    form = {"q": '"rừng đặc dụng" & đất', "page": "3", "from": "2020-01-01", "sort": "oldest", "x": "1"}
    packed = parse_qs(way_back.packed(form))[way_back.NAME][0]
    back = parse_qs(urlsplit(way_back.address("http://here", packed)).query)
    assert back == {name: [value] for name, value in form.items() if name != "x"}


def titles(browser: Any) -> list[str]:
    tree = html.fromstring(browser.contents)
    return [" ".join(node.text_content().split()) for node in tree.cssselect(".tt-hit-title")]


plone = pytest.mark.plone


@plone
def test_hits_can_be_put_in_order_by_day_title_and_code(visit: Any) -> None:
    path = "/tra-cuu?kind=case-file"
    newest = titles(visit("an", f"{path}&sort=newest"))
    assert newest[:2] == [RULES.title, CONDITIONAL.title]
    assert titles(visit("an", f"{path}&sort=oldest")) == list(reversed(newest))
    assert titles(visit("an", f"{path}&sort=title"))[0] == RULES.title  # "Hồ sơ ban hành"
    assert titles(visit("an", f"{path}&sort=code"))[0] == "Hồ sơ theo dõi xe công tác năm 2008"
    assert titles(visit("an", f"{path}&sort=x' OR 1=1")) == titles(visit("an", path))


@plone
def test_a_range_of_days_narrows_by_the_day_of_the_document_or_the_end_of_the_case_file(visit: Any) -> None:
    found = titles(visit("an", "/tra-cuu?kind=case-file&from=20/12/2011&to=2019-12-20"))
    assert set(found) == {HELD.title, CONDITIONAL.title}


@plone
def test_a_wrong_day_is_told_and_kept_as_typed(visit: Any) -> None:
    page = visit("an", "/tra-cuu?q=ho+so&from=31/02/2020")
    assert "“31/02/2020” không phải là ngày" in page.page
    field = html.fromstring(page.contents).get_element_by_id("day-from")
    assert (field.get("value"), field.get("aria-invalid")) == ("31/02/2020", "true")
    assert titles(page)
    turned = visit("an", "/tra-cuu?q=ho+so&from=2021-01-01&to=2020-01-01").page
    assert "Ngày này trước ngày bắt đầu" in turned


@plone
def test_filters_order_and_days_stay_in_every_address_of_the_page(visit: Any) -> None:
    query = "q=ho+so&kind=case-file&from=2005-01-01&sort=oldest"
    tree = html.fromstring(visit("an", f"/tra-cuu?{query}").contents)
    facet = next(
        link.get("href") for link in tree.cssselect(".tt-facets li a") if "agency=" in link.get("href")
    )
    kept = parse_qs(urlsplit(facet).query)
    assert (kept["q"], kept["kind"], kept["from"], kept["sort"]) == (
        ["ho so"], ["case-file"], ["2005-01-01"], ["oldest"],
    )  # fmt: skip
    form = tree.get_element_by_id("tt-search")
    sent = {
        field.get("name") for field in tree.xpath("//*[@form='tt-search' or ancestor::form[@id='tt-search']]")
    }
    assert {"q", "kind", "from", "to", "sort"} <= sent
    assert "_authenticator" not in sent, "a token in an address is told to every proxy"
    assert form.get("method") == "get"
    chips = [link.get("href") for link in tree.cssselect(".tt-chips a")]
    assert any("kind=" not in address and "from=2005-01-01" in address for address in chips)
    assert any("from=" not in address and "kind=case-file" in address for address in chips)


@plone
def test_forms_that_only_ask_carry_no_token_and_those_that_act_do(visit: Any) -> None:
    for login, path in (("an", ""), ("an", "/tieu-huy"), ("dung", "/nhat-ky"), ("admin", "/login")):
        forms = html.fromstring(visit(login, path).contents).forms
        for form in forms:
            carries = bool(form.cssselect('[name="_authenticator"]'))
            assert carries == (form.method == "POST"), (path, form.get("action"))
    assert any(form.method == "POST" for form in html.fromstring(visit("dung", "/nhat-ky").contents).forms)


@plone
def test_an_empty_page_says_what_to_do_next(visit: Any) -> None:
    nothing = visit("hoa", "/tra-cuu?q=%22khong+co+gi%22")
    assert "Tìm các từ ấy không có ngoặc kép" in nothing.page
    filtered = visit("hoa", "/tra-cuu?q=quyet+dinh&from=2050-01-01").page
    assert "Không có gì khớp với bộ lọc" in filtered
    assert "Bỏ bộ lọc thì có" in filtered
    beyond = visit("hoa", "/tra-cuu?q=quyet+dinh&page=400").page
    assert "Đến trang đầu của kết quả" in beyond


@plone
def test_a_document_names_its_case_file(visit: Any) -> None:
    page = visit("hoa", "/tra-cuu?q=to+trinh+quy+che&kind=record").page
    assert f"Trong hồ sơ: {RULES.title}" in " ".join(html.fromstring(page).text_content().split())


@plone
def test_a_code_shown_in_place_of_a_missing_title_is_text(visit: Any) -> None:
    evil = IndexDocument(
        "evil", RECORD, OLD.id, "evil", 1, OLD.agency, "", "", "01", "R1", 2020, "", "<b id='evil'>9/X</b>", (),
        "", "", "2020-01-01", "", "", "2026-01-01T00:00:00+00:00", "", "zqxevil",
    )  # fmt: skip
    open_engine().index([evil])
    browser = visit("hoa", "/tra-cuu?q=zqxevil")
    assert titles(browser) == ["<b id='evil'>9/X</b>"]
    assert not html.fromstring(browser.contents).cssselect("#evil")
