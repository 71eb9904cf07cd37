"""Pre-flight in the portal: the page and the service say what would be found, to whom it concerns."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from house_people import LANG_SON

from ingest import quarantine

pytestmark = pytest.mark.plone

ADDRESS = f"/@preflight?agency={LANG_SON}&name=ho-so.zip"


def a_zip(**members: str) -> bytes:
    """Return a ZIP with these members; none of them is a METS."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as sink:
        for name, text in members.items():
            sink.writestr(name, text)
    return target.getvalue()


def asked(visit: Any, site: Any, login: str, path: str, body: bytes, kind: str) -> tuple[int, Any]:
    browser = visit(login, "", accept="application/json")
    browser.post(site.absolute_url() + path, body, kind)
    return int(browser.headers["Status"].split()[0]), json.loads(browser.page)


def left_in_quarantine() -> list[str]:
    home = quarantine.home()
    return [path.name for path in home.glob(".preflight-*")] if home.exists() else []


def test_the_service_says_what_is_wrong_and_keeps_nothing(visit: Any, site: Any) -> None:
    status, answer = asked(visit, site, "an", ADDRESS, a_zip(a="b"), "application/zip")
    assert status == 200
    assert (answer["good"], answer["verdict"], answer["steps"]) == (False, "return", ["unpack"])
    finding = answer["findings"][0]
    assert finding["code"] == "DELIVERY_UNKNOWN"
    assert finding["remedy"]["vi"] and finding["clause"]
    assert left_in_quarantine() == []


@pytest.mark.parametrize(
    ("login", "path", "kind", "status"),
    [
        ("", ADDRESS, "application/zip", 401),
        ("hoa", ADDRESS, "application/zip", 403),
        ("giang", "/@preflight?agency=000.00.01.H01", "application/zip", 403),
        ("an", "/@preflight", "application/zip", 400),
        ("an", ADDRESS, "application/x-www-form-urlencoded", 415),
    ],
)
def test_the_service_refuses_with_a_problem(
    visit: Any, site: Any, login: str, path: str, kind: str, status: int
) -> None:
    body = b"a=b" if "form" in kind else a_zip(a="b")
    told, problem = asked(visit, site, login, path, body, kind)
    assert (told, problem["status"]) == (status, status)


def test_what_is_too_large_is_413(visit: Any, site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "10")
    assert asked(visit, site, "an", ADDRESS, a_zip(a="b"), "application/zip")[0] == 413
    assert left_in_quarantine() == []


def test_the_page_shows_findings_with_remedy_and_clause(visit: Any, tmp_path: Path) -> None:
    browser = visit("an", "/kiem-tra-truoc")
    form = _form(browser)
    form.getControl(name="package").add_file(io.BytesIO(a_zip(a="b")), "application/zip", "ho-so.zip")
    form.getControl(name="check").click()
    page = browser.page
    assert "Hồ sơ sẽ bị trả lại để sửa." in page
    assert "DELIVERY_UNKNOWN" in page
    assert "Cách khắc phục:" in page
    assert left_in_quarantine() == []


def test_notes_are_called_no_delivery_and_nothing_is_shown_as_if_one_had_been_read(visit: Any) -> None:
    browser = visit("an", "/kiem-tra-truoc")
    form = _form(browser)
    form.getControl(name="package").add_file(io.BytesIO(b"# Ghi ch\xc3\xa9p"), "text/markdown", "ghi-chep.md")
    form.getControl(name="check").click()
    page = browser.page
    assert "Tệp này không phải là gói hồ sơ." in page
    assert "Không phải gói ZIP, cũng không phải thông điệp edXML. Hệ thống thấy: TXT." in page
    assert page.count("tt-finding-head") == 1
    facts = page[page.index('<dl class="tt-facts">') :]
    facts = facts[: facts.index("</dl>")]
    assert "ghi-chep.md" in facts
    assert "Hồ sơ" not in facts and "Văn bản" not in facts


def test_the_page_asks_for_a_package_when_none_was_chosen(visit: Any) -> None:
    browser = visit("an", "/kiem-tra-truoc")
    _form(browser).getControl(name="check").click()
    assert "Hãy chọn gói tin trước." in browser.page


def test_a_researcher_finds_no_such_page(visit: Any) -> None:
    assert "kiem-tra-truoc" not in visit("hoa", "").page
    assert visit("hoa", "/kiem-tra-truoc").url.endswith("/insufficient-privileges")


def _form(browser: Any) -> Any:
    """Return the page's upload form; the shell has forms of its own."""
    index = 0
    while True:
        form = browser.getForm(index=index)
        if "kiem-tra-truoc" in form.action:
            return form
        index += 1
