"""Every page in a real browser, on a desk and on a phone: no error, no sideways scrolling, no axe violation."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from addresses import ERRORS, PAGES
from at_the_desk import looked_at
from axe_playwright_python.sync_playwright import Axe
from office_site import SHOTS, Office

pytestmark = [pytest.mark.browser, pytest.mark.plone]

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}

ALLOWED: dict[str, str] = {}
"""axe rule -> why a violation of it is accepted. Empty: none is."""

LOOKED_AT = (*((*page, 200) for page in PAGES), *ERRORS)


def opened(page: Any, office: Office, path: str) -> Any:
    answer = page.goto(office.url + path.format(**office.ids))
    page.wait_for_load_state("load")
    return answer


@pytest.mark.parametrize("width", list(WIDTHS))
@pytest.mark.parametrize(("name", "login", "path", "status"), LOOKED_AT, ids=[page[0] for page in LOOKED_AT])
def test_a_page_looks_right(
    as_person: Callable[[str], Any],
    running_office: Office,
    name: str,
    login: str,
    path: str,
    status: int,
    width: str,
) -> None:
    page = as_person(login)
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    answer = opened(page, running_office, path)
    assert answer.status == status
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.lang") == "vi"
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(SHOTS / f"{name}-{width}.png"), full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, f"{wider} px wider than the screen"
    # The browser itself notes an answer that is an error; anything else is a mistake of the page.
    own = f"the server responded with a status of {status}"
    assert [trouble for trouble in page.troubles if status == 200 or own not in trouble] == []


def violations(page: Any) -> dict[str, list[str]]:
    """Return what axe holds against the page (WCAG 2.2 A and AA), but for what is allowed.

    Looked at from its top: a target that happens to be half below the head of the page, which stays while one
    scrolls, would be too small.
    """
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    found = Axe().run(
        page,
        options={
            "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
            # The browser's own PDF viewer is not our page.
            "iframes": False,
        },
    )
    return {
        violation["id"]: [node["html"][:160] for node in violation["nodes"]]
        for violation in found.response["violations"]
        if violation["id"] not in ALLOWED
    }


@pytest.mark.parametrize(("name", "login", "path", "status"), LOOKED_AT, ids=[page[0] for page in LOOKED_AT])
def test_a_page_passes_axe_on_wcag_aa(
    as_person: Callable[[str], Any], running_office: Office, name: str, login: str, path: str, status: int
) -> None:
    page = as_person(login)
    page.set_viewport_size({"width": 1440, "height": 900})
    assert opened(page, running_office, path).status == status
    page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    assert violations(page) == {}


def test_axe_sees_what_is_wrong(as_person: Callable[[str], Any], running_office: Office) -> None:
    page = as_person("an")
    opened(page, running_office, "/tiep-nhan")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend',"
        " '<input type=\\'text\\'><p id=\\'pale\\'>pale</p>'); pale.style.color = '#ddd'"
    )
    assert {"label", "color-contrast"} <= set(violations(page))


def test_the_menu_opens_on_a_phone(as_person: Callable[[str], Any], running_office: Office) -> None:
    page = as_person("an")
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, running_office, "")
    assert not page.locator(".tt-nav").is_visible()
    page.click(".tt-menu")
    assert page.locator(".tt-nav").is_visible()
    assert page.get_attribute(".tt-menu", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not page.locator(".tt-nav").is_visible()


def test_why_a_case_file_falls_due_is_read_where_it_stands(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    for width, height, least in ((1280, 900, 200), (390, 844, 280)):
        page.set_viewport_size({"width": width, "height": height})
        opened(page, running_office, "/tieu-huy")
        page.click("td summary >> nth=0")
        steps = page.locator("td details[open] ul")
        assert steps.bounding_box()["width"] >= least, width
        hidden = page.evaluate(
            "[...document.querySelectorAll('.tt-table-wrap')].map(box => box.scrollWidth - box.clientWidth)"
        )
        assert max(hidden) <= 0, (width, hidden)


def test_the_first_tab_stop_skips_to_the_content(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    opened(page, running_office, "/tiep-nhan")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "tt-skip"


def test_back_leads_to_a_page_whose_form_was_refused(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    opened(page, running_office, "/bang-thoi-han/moi")
    page.evaluate("document.querySelector('#look-sheet').noValidate = true")
    page.click("#look-sheet button[name=look]")
    page.wait_for_selector(".tt-message[data-tone=bad]")
    opened(page, running_office, "/tieu-huy")
    # The answer to a form may be kept by nobody: without our doing the browser shows an error of its own here.
    page.go_back()
    page.wait_for_selector("#look-sheet")
    assert page.url.endswith("/bang-thoi-han/moi")


def test_accepting_asks_once_more_and_then_moves(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    opened(page, running_office, "/tiep-nhan/{second}")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("button[name=accept]")
    assert asked == ["Tiếp nhận hồ sơ này vào lưu trữ?"]
    assert page.locator("button[name=accept]").count() == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button[name=accept]")
    page.wait_for_selector("#global_statusmessage :text('Đã chấp nhận')")
    assert page.locator("button[name=accept]").count() == 0


def test_an_account_is_made_and_its_owner_chooses_a_password(
    as_person: Callable[[str], Any], running_office: Office, chromium: Any
) -> None:
    page = as_person("khanh")
    opened(page, running_office, "/tai-khoan")
    page.fill("#fullname", "Đinh Thị Thủy")
    page.fill("#login", "thuy")
    page.select_option("#role", "archivist")
    page.select_option("#agency", index=2)
    page.fill("#password-create", running_office.passwords["khanh"])
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button[name=create]")
    password = page.text_content(".tt-secret")
    page.screenshot(path=str(SHOTS / "account-made-desk.png"), full_page=True)
    hers = chromium.new_context(locale="vi-VN").new_page()
    hers.goto(f"{running_office.url}/login")
    hers.fill("#__ac_name", "thuy")
    hers.fill("#__ac_password", password)
    hers.click("#buttons-login")
    hers.wait_for_selector("h1:text('Đặt mật khẩu của bạn')")
    for field, value in (
        ("#password", password),
        ("#new", "bốn từ của riêng tôi"),
        ("#again", "bốn từ của riêng tôi"),
    ):
        hers.fill(field, value)
    hers.click("button[name=choose]")
    hers.wait_for_selector("#global_statusmessage :text('Đã đổi mật khẩu')")
    hers.goto(f"{running_office.url}/tieu-huy")
    assert hers.locator("h1").text_content() == "Tiêu hủy"
    hers.context.close()


NEW_AGENCY = """
from datetime import UTC, datetime
from archive.register.agencies import set_agency, set_fonds
from archive.register.session import transaction
with transaction() as session:
    now = datetime.now(UTC)
    set_agency(session, code="000.00.88.H37", name="So Moi", profile="lang-son", actor="an", now=now)
    set_fonds(session, code="LS-MOI", agency_code="000.00.88.H37", name="Phong So Moi", actor="an", now=now)
"""


def test_papers_follow_what_another_process_did(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    assert page.request.get(f"{running_office.url}/phong/fonds-LS-MOI").status == 404
    running_office.does(NEW_AGENCY)
    deadline = time.monotonic() + 60
    while page.request.get(f"{running_office.url}/phong/fonds-LS-MOI").status != 200:
        assert time.monotonic() < deadline, "the paper did not follow the register"
        time.sleep(0.5)


def test_nothing_is_fetched_from_elsewhere(as_person: Callable[[str], Any], running_office: Office) -> None:
    page = as_person("hoa")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, running_office, "/tra-cuu")
    site = running_office.url.rsplit("/", 1)[0]
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []


STEP_DONE = """
from datetime import UTC, datetime
from archive.register.models import StepResult
from archive.register.session import transaction
now = datetime.now(UTC)
with transaction() as session:
    session.add(StepResult(submission_id="{checking}", step="look", position=4, started_at=now, finished_at=now,
                           outcome="go-on", result={{}}))
"""


def test_the_progress_of_a_delivery_moves_by_itself(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    opened(page, running_office, "/tiep-nhan/{checking}")
    assert page.get_attribute("[data-step=look]", "data-state") == "now"
    running_office.does(STEP_DONE.format(**running_office.ids))
    page.wait_for_selector("[data-step=look][data-state=done]", timeout=15000)
    page.wait_for_selector("[data-step=check][data-state=now]", timeout=15000)
    assert page.troubles == []


@pytest.mark.parametrize("width", list(WIDTHS))
def test_the_forms_of_a_decision_look_right_when_they_are_open(
    as_person: Callable[[str], Any], running_office: Office, width: str
) -> None:
    page = as_person("an")
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    opened(page, running_office, "/tiep-nhan/{to_decide}")
    page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true; })")
    page.screenshot(path=str(SHOTS / f"submission-forms-{width}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_question_is_asked_and_answered_in_the_browser(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("an")
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, running_office, "/tiep-nhan/{to_decide}")
    page.click("summary:has-text('Hỏi cơ quan trước')")
    page.fill("#question", "Phụ lục 2 nêu trong tờ trình có kèm không?")
    page.click("button[name=ask]")
    page.wait_for_selector("#hoi-dap")
    assert violations(page) == {}
    office = as_person("giang")
    opened(office, running_office, "/tiep-nhan/{to_decide}")
    office.screenshot(path=str(SHOTS / "submission-asked-desk.png"), full_page=True)
    office.fill("textarea[name=answer-text]", "Có, ở tệp 3 của văn bản 2.")
    assert violations(office) == {}
    office.click("button[name=answer]")
    office.wait_for_selector(".tt-answer:has-text('Có, ở tệp 3')")


def test_a_copy_is_asked_for_followed_and_fetched_in_the_browser(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("hoa")
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, running_office, "/ho-so/{rules}")
    page.click("#copies-given summary")
    page.select_option("#purpose", "02")
    page.fill("#request", "PYC-2026-12")
    page.screenshot(path=str(SHOTS / "copy-asked-phone.png"), full_page=True)
    page.click("button[name=give]")
    page.wait_for_selector("#copies-given a[href*='/ban-sao/']")
    assert violations(page) == {}
    for name, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=str(SHOTS / f"copy-ready-{name}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    with page.expect_download() as download:
        page.click("#copies-given a[href*='/ban-sao/']")
    assert download.value.suggested_filename.endswith(".zip")
    page.click("button[name=drop]")
    page.wait_for_selector("#copies-given:not(:has(a[href*='/ban-sao/']))")
    assert page.troubles == []


def test_a_preservation_plan_is_proposed_and_looked_at(
    as_person: Callable[[str], Any], running_office: Office
) -> None:
    page = as_person("lan")
    opened(page, running_office, "/chuyen-doi?chon=1&pdfa=2b&to=3b&agency=000.00.01.H37")
    page.fill("#propose-plan [name=name]", "Nâng PDF/A-2b lên 3b")
    page.fill("#propose-plan [name=reason]", "Cần kèm tệp nguồn")
    page.click("#propose-plan [name=propose]")
    page.wait_for_url("**/chuyen-doi/*")
    looked_at(page, "plan")
