"""A package is dropped on the page that checks before sending: what to mend is told, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from at_the_desk import drop, looked_at
from office_site import Office

from tests.samples.case_file import CaseFilePlan, Made, a_case_file, a_document
from tests.samples.offices import OFFICES
from tests.samples.pki import Pki
from tests.samples.world import make_sip

pytestmark = [pytest.mark.browser, pytest.mark.plone, pytest.mark.timeout(300)]

COUNT = """
from sqlalchemy import func, select
from archive.register.models import Submission
from archive.register.session import reading
with reading() as session:
    print(session.scalar(select(func.count()).select_from(Submission)))
"""


def a_plan() -> CaseFilePlan:
    """Return a case file of the office of `giang`, whose day of closing no calendar has."""
    office = replace(OFFICES["lang-son"], code="000.00.01.H37")
    report = a_document("Báo cáo", "7", "BC-UBND").issued_on(2020, 6, 1).about("Báo cáo quý II năm 2020")
    return (
        replace(a_case_file(), office=office)
        .called("61.TH", "Hồ sơ kiểm tra trước khi gửi")
        .with_document(report.made_as(Made.PLAIN))
        .wrongly(EndDate="31/02/2020")
    )


def test_a_defective_package_is_dropped_and_what_to_mend_is_told(
    enter: Callable[..., Any], scanning_office: tuple[Office, dict[str, str]], tmp_path: Path
) -> None:
    office = scanning_office[0]
    make_sip(a_plan(), tmp_path / "sip.zip", Pki(tmp_path / "pki", tmp_path / "trust"))
    page = enter("giang")
    page.goto(f"{office.url}/kiem-tra-truoc")
    before = office.asked(COUNT)
    drop(page, "[data-drop=package]", {"Hồ sơ 61.zip": (tmp_path / "sip.zip").read_bytes()})
    assert page.evaluate("[...document.querySelector('#package').files].map(file => file.name)") == [
        "Hồ sơ 61.zip"
    ]
    page.click("button[name=check]")
    page.wait_for_selector("h2:has-text('Hồ sơ sẽ bị trả lại')")
    assert "Hồ sơ 61.zip" in page.inner_text(".tt-facts")
    finding = page.locator(".tt-finding:has(.tt-code:text-is('V09_DATE'))")
    told = finding.inner_text()
    assert 'đã khai "31/02/2020"' in told
    assert "Cách khắc phục:" in told and "theo dạng DD/MM/YYYY." in told
    assert "TT 02/2019/TT-BNV" in told
    looked_at(page, "preflight-findings")
    assert office.asked(COUNT) == before, "nothing is sent and nothing is kept"
