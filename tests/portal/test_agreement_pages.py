"""Agreements in the portal and over REST: an archivist proposes, a head approves, nobody changes one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from house_people import LANG_SON
from lxml import html

from archive.register.agreements import Agreement
from archive.register.session import reading
from ingest.agreements.versions import agreed_on
from portal.browser.agreements.new import drafted

pytestmark = pytest.mark.plone

FILLED = {
    "number": "15/TT-NL",
    "signed_on": "2026-01-02",
    "signed_by_agency": "Trần Văn Bình, Chánh Văn phòng",
    "signed_by_archive": "Lê Thị Hoa, Giám đốc",
    "valid_from": "2026-01-05",
}


@pytest.fixture(autouse=True)
def _no_queue(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")


def propose(visit: Any, login: str = "lan", **fields: str) -> Any:
    browser = visit(login, "/thoa-thuan/moi")
    form = browser.getForm(id="new-agreement")
    for name, value in (FILLED | fields).items():
        control = form.getControl(name=name)
        control.value = [value] if control.type == "select" else value
    form.getControl(name="propose").click()
    return browser


def the_one() -> Agreement:
    with reading() as session:
        found: Agreement = session.query(Agreement).one()
        session.expunge_all()
        return found


def shown(browser: Any) -> str:
    page, *_ = html.fromstring(browser.page).xpath("//*[contains(@class, 'tt-screen')][1]")
    return " ".join(str(page.text_content()).split())


def test_every_agency_has_a_line_and_none_holds_before_one_is_written(visit: Any) -> None:
    page = shown(visit("an", "/thoa-thuan"))
    assert page.count("chưa có: theo mặc định") == 3
    assert "Lập thỏa thuận" in page


def test_an_archivist_proposes_and_a_head_approves(visit: Any) -> None:
    browser = propose(visit, accept="automatic", outside="https://files.langson.gov.vn/nop-luu/")
    page = shown(browser)
    assert "Thỏa thuận 15/TT-NL" in page and "Chờ duyệt" in page and "Bùi Lan" in page
    assert "Duyệt bản này" not in page and "Rút lại" in page
    one = the_one()
    assert (one.agency_code, one.state, one.terms["accept"]) == (LANG_SON, "proposed", "automatic")

    assert "Có bản chờ duyệt" in shown(visit("chi", "/thoa-thuan"))
    head = visit("chi", f"/thoa-thuan/{one.id}")
    head.getControl("Duyệt bản này").click()
    page = shown(head)
    assert "Còn hiệu lực" in page and "Lê Minh Chi" in page and "Duyệt bản này" not in page
    with reading() as session:
        assert agreed_on(session, LANG_SON, one.valid_from).terms.accept == "automatic"


def test_the_form_is_filled_with_what_holds(visit: Any) -> None:
    propose(visit, accept="automatic", max_file="2,5", formats="PDF; .xlsx")
    head = visit("chi", f"/thoa-thuan/{the_one().id}")
    head.getControl("Duyệt bản này").click()
    form = visit("lan", f"/thoa-thuan/moi?agency={LANG_SON}").getForm(id="new-agreement")
    assert form.getControl(name="accept").value == ["automatic"]
    assert form.getControl(name="max_file").value == "2.5"
    assert form.getControl(name="formats").value == "pdf, xlsx"
    assert form.getControl(name="signed_by_archive").value == "Lê Thị Hoa, Giám đốc"


def test_what_is_wrong_is_named_and_what_was_typed_stays(visit: Any) -> None:
    browser = propose(visit, outside="ftp://khong/", signed_by_agency="Người đã ký")
    page = browser.page
    assert "thỏa thuận ghi sai ở mục" in page.lower()
    assert "ftp://khong/" in page and "Người đã ký" in page
    with reading() as session:
        assert session.query(Agreement).count() == 0


def test_a_refusal_wants_a_word_and_then_what_held_still_holds(visit: Any) -> None:
    propose(visit)
    one = the_one().id
    head = visit("chi", f"/thoa-thuan/{one}")
    form = head.getForm(index=1)
    form.getControl(name="remark").value = "Chưa đúng bản đã ký"
    form.getControl(name="refuse").click()
    assert "Chưa đúng bản đã ký" in shown(head)
    assert the_one().state == "refused"


@pytest.mark.parametrize(
    ("login", "status"), [("hoa", "403"), ("binh", "403"), ("giang", "200"), ("khanh", "200")]
)
def test_who_may_look(visit: Any, login: str, status: str) -> None:
    assert visit(login, "/thoa-thuan").headers["Status"].startswith(status)


def test_an_official_has_no_form_and_sees_no_other_agency(visit: Any) -> None:
    assert visit("giang", "/thoa-thuan/moi").headers["Status"].startswith("403")
    page = shown(visit("giang", "/thoa-thuan"))
    assert "Lạng Sơn" in page and "Gia Lai" not in page


def test_the_form_makes_terms_of_what_is_typed() -> None:
    typed = {
        **FILLED,
        "agency": "A",
        "formats": ".PDF xlsx;tif",
        "max_package": "1,5",
        "inside": "http://10.0.0.8/a/",
    }
    terms = drafted(typed).terms
    assert terms.formats == ("pdf", "tif", "xlsx")
    assert terms.max_package_bytes == 1_500_000
    assert terms.reaches_inside and terms.accept == "archivist"


def rest(visit: Any, login: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    browser = visit(login, "/@agreements", accept="application/json")
    if body is None:
        browser = visit(login, path, accept="application/json")
    else:
        root = browser.url.rpartition("/@agreements")[0]
        browser.post(root + path, json.dumps(body), "application/json")
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


def test_over_rest_a_version_is_proposed_and_approved_by_another(visit: Any) -> None:
    draft = {**FILLED, "agency": LANG_SON, "terms": {"return": "archivist"}}
    status, made = rest(visit, "lan", "/@agreements", draft)
    assert (status, made["state"], made["terms"]["return"]) == (200, "proposed", "archivist")
    assert rest(visit, "lan", f"/@agreements/{made['id']}/approve", {})[0] == 403
    assert rest(visit, "giang", f"/@agreements/{made['id']}/approve", {})[0] == 403
    status, approved = rest(visit, "chi", f"/@agreements/{made['id']}/approve", {})
    assert (status, approved["state"]) == (200, "approved")
    assert rest(visit, "chi", f"/@agreements/{made['id']}/refuse", {"remark": "thôi"})[0] == 409
    status, wrong = rest(visit, "lan", "/@agreements", {**draft, "colour": "red"})
    assert status == 409 and wrong["reasons"][0]["code"] == "ingest.agreement-wrong"
    assert rest(visit, "hoa", f"/@agreements/{made['id']}")[0] == 404
