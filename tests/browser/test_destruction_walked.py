"""A disposal list under each law, by the people themselves, from what is due to the sealed certificate (issue 6).

Everything is done on pages: the authenticators are enrolled, the council votes on a phone, the head decides, the
executor begins, a real worker erases and files. The certificate that is downloaded is judged by pyHanko and veraPDF
alone, in a process of its own, without this project's code.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from a_destroying_office import DestroyingOffice, destroying_office
from at_the_desk import logged_in, looked_at
from playwright.sync_api import Error

from archive.pdfa.verapdf import shared
from archive.vietnam import day_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TODAY = day_of(datetime.now(UTC)).isoformat()
PAPERS = 9
PHONE = {"width": 390, "height": 844}
PYHANKO = """
import json, sys
from pathlib import Path
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
roots = [one for path in Path(sys.argv[2]).glob("*.pem") for one in load_certs_from_pemder([str(path)])]
told = []
with open(sys.argv[1], "rb") as stream:
    for signature in PdfFileReader(stream).embedded_regular_signatures:
        status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots))
        told.append([status.bottom_line, status.coverage.name, status.signing_cert.subject.human_friendly])
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DestroyingOffice]:
    with destroying_office(tmp_path_factory.mktemp("huy")) as one:
        yield one


@pytest.fixture(scope="module")
def person(office: DestroyingOffice, chromium: Any) -> Iterator[Callable[[str], Any]]:
    """Return a function that gives the page of somebody who is logged in; one login per person."""
    pages: dict[str, Any] = {}

    def _person(login: str) -> Any:
        if login not in pages:
            page = logged_in(chromium, office.url, login, office.passwords[login])
            page.on("dialog", lambda dialog: dialog.accept())
            pages[login] = page
        return pages[login]

    yield _person
    for page in pages.values():
        page.context.close()


def code(office: DestroyingOffice, login: str) -> str:
    """Return a code of this person's authenticator that was not typed yet, waiting for its time if need be."""
    step = max(office.steps.get(login, 0) + 1, int(time.time()) // 30)
    while step > int(time.time()) // 30 + 1:
        time.sleep(1)
    office.steps[login] = step
    return pyotp.TOTP(office.secrets[login]).at(step * 30)


def enrol(office: DestroyingOffice, page: Any, login: str) -> None:
    """Enrol an authenticator as its page says."""
    page.goto(f"{office.url}/ma-xac-thuc")
    page.fill("#password", office.passwords[login])
    page.click("button[name=begin]")
    page.wait_for_selector(".tt-qr svg")
    office.secrets[login] = re.sub(r"\s", "", page.inner_text(".tt-secret"))
    page.fill("#first", code(office, login))
    page.click("button[name=confirm]")
    page.wait_for_selector(".tt-pill[data-tone=ok]")


class Walk:
    """One list, and whose page is open."""

    def __init__(self, office: DestroyingOffice, person: Callable[[str], Any], number: str) -> None:
        self.office, self.person, self.number, self.address = office, person, number, ""

    def open(self, login: str) -> Any:
        page = self.person(login)
        page.goto(self.address)
        return page

    def act(self, login: str, button: str, **fields: str) -> None:
        """Fill the form of an act in and send it; the page that follows has no complaint."""
        page = self.open(login)
        form = f"form:has(button[name={button}])"
        for name, value in fields.items():
            target = page.locator(f"{form} [name={name}]")
            if target.evaluate("node => node.tagName") == "SELECT":
                target.select_option(value)
            else:
                target.fill(value)
        page.click(f"button[name={button}]")
        page.wait_for_load_state()
        complaint = page.locator(".portalMessage.error, .alert-danger")
        assert complaint.count() == 0, complaint.all_inner_texts()

    def paper(self, kind: str) -> dict[str, str]:
        return {"number": f"{self.number}/{kind}", "date": TODAY}

    def both(self, login: str) -> dict[str, str]:
        """Return what is typed to prove who one is."""
        return {"password": self.office.passwords[login], "code": code(self.office, login)}

    def list(self, login: str, *case_file_ids: str) -> None:
        page = self.person(login)
        page.goto(f"{self.office.url}/tieu-huy")
        for id in case_file_ids:
            page.check(f"#d-{id}")
        page.fill("#number", f"{self.number}/TTr")
        page.fill("#date", TODAY)
        page.fill("#reason", "Hết thời hạn bảo quản")
        page.fill("#explanation", "Sổ theo dõi hằng năm, số liệu đã có trong báo cáo tổng kết")
        page.click("button[name=make]")
        page.wait_for_selector("h1:has-text('" + self.number + "')")
        self.address = page.url.split("?")[0]

    def vote(self, login: str, choice: str, reason: str = "") -> None:
        """Vote on a phone, card by card."""
        page = self.person(login)
        page.set_viewport_size(PHONE)
        self.open(login)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        cards = page.locator("#forward fieldset")
        assert cards.count() > 0
        assert "()" not in page.inner_text("#forward")  # a step without a clause has no empty brackets
        for n in range(cards.count()):
            card = cards.nth(n)
            card.locator(f"input[type=radio][value={choice}]").check()
            if reason:
                card.locator("input[name^=reason-]").fill(reason)
        page.click("#forward button[name=vote]")
        page.wait_for_load_state()

    def until(self, login: str, selector: str, seconds: int = 150) -> Any:
        """Look again until something is on the page."""
        page, deadline = self.open(login), time.monotonic() + seconds
        while page.locator(selector).count() == 0:
            assert time.monotonic() < deadline, page.inner_text("body")
            page.wait_for_timeout(1000)
            with suppress(
                Error
            ):  # a page that watches its progress may be showing itself anew at this moment
                page.reload()
        return page

    def seated(self) -> None:
        seats = {
            "seat-binh": "chair",
            "seat-phuc": "owning-unit",
            "seat-quyen": "expert",
            "seat-lan": "secretary",
        }
        self.act("tam", "council", **seats, **self.paper("QĐ-HĐ"))

    def voted(self) -> None:
        self.vote("binh", "destroy")
        self.vote("phuc", "destroy")
        self.vote("quyen", "keep", "Có thể còn cần cho việc quyết toán")
        self.act("binh", "conclude", **self.paper("BB"))
        self.act("lan", "sign")

    def asked_for_an_opinion(self) -> None:
        self.act("tam", "request", **self.paper("XYK"))
        self.act("lan", "record", **self.paper("YK"), verdict="for")

    def decided(self) -> None:
        self.act("tam", "decide", **self.paper("QĐ"), signer="Phan Thanh Tâm, Chủ tịch", **self.both("tam"))

    def destroyed(self) -> None:
        self.act("lan", "hand_over", **self.paper("BBBG"), receiver="nga")
        self.act("nga", "release", **self.both("nga"))
        self.act("nga", "execute", password=self.office.passwords["nga"])
        self.until("nga", "a[href$='/bien-ban']")

    def sealed(self) -> None:
        """Wait until the page has the sealed papers."""
        page = self.until("nga", "summary:has-text('văn bản của việc hủy')")
        page.click("summary:has-text('văn bản của việc hủy')")
        assert page.locator("li:has-text('đóng dấu:')").count() == PAPERS

    def closed(self) -> str:
        """Close the list; return the address of its dossier's case file."""
        self.act("lan", "close")
        link = "a[href*='/ho-so/']:has-text('Hồ sơ hủy')"
        return str(self.until("lan", link).get_attribute(link, "href"))

    def certificate(self, into: Path) -> Path:
        page = self.until("nga", "a[href$='/bien-ban']")
        with page.expect_download() as coming:
            page.click("a[href$='/bien-ban']")
        coming.value.save_as(into)
        return into


def judged(office: DestroyingOffice, certificate: Path) -> list[Any]:
    """Return what pyHanko says of each seal, in a process of its own; veraPDF must call the file PDF/A."""
    done = subprocess.run(
        [sys.executable, "-c", PYHANKO, str(certificate), str(office.trust)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    verdict = shared().check(certificate, "3b")
    assert verdict.compliant is True, verdict.failed
    return list(json.loads(done.stdout))


@pytest.mark.parametrize(("regime", "year"), [("R1", 2012), ("R2", 2018)])
def test_a_list_is_walked_from_what_is_due_to_its_sealed_certificate(
    office: DestroyingOffice, person: Callable[[str], Any], tmp_path: Path, regime: str, year: int
) -> None:
    for login in ("tam", "nga"):
        if login not in office.secrets:
            enrol(office, person(login), login)
    ids = [
        office.to_go(n, what, year, regime) for n, what in enumerate(("xe công tác", "văn phòng phẩm"), 41)
    ]
    walk = Walk(office, person, f"{year}")
    walk.list("lan", *ids)
    looked_at(walk.open("lan"), f"walk-{regime}-listed")
    walk.seated()
    walk.act("lan", "submit")
    looked_at(walk.open("phuc"), f"walk-{regime}-to-vote")
    walk.voted()
    walk.asked_for_an_opinion()
    looked_at(walk.open("tam"), f"walk-{regime}-to-decide")
    walk.decided()
    walk.destroyed()
    looked_at(walk.open("dung"), f"walk-{regime}-destroyed-auditor")
    walk.sealed()
    certificate = walk.certificate(tmp_path / "bien-ban.pdf")
    (seal,) = judged(office, certificate)
    assert seal[0] is True and seal[1] == "ENTIRE_FILE", seal
    dossier = walk.closed()
    looked_at(walk.open("lan"), f"walk-{regime}-closed")
    page = person("nga")
    page.goto(dossier)
    assert "Hồ sơ hủy" in page.inner_text("h1")
    looked_at(page, f"walk-{regime}-dossier")
    for id in ids:
        page.goto(f"{office.url}/ho-so/{id}")
        assert "tiêu hủy" in page.inner_text("body").lower()
