"""The form of a case file in a real browser: dropped files, findings beside fields, submitted, stored."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from at_the_desk import drop, looked_at
from fpdf import FPDF
from office_site import SHOTS, Office

pytestmark = [pytest.mark.browser, pytest.mark.plone, pytest.mark.timeout(900)]

LATER = """
import sys
from datetime import UTC, datetime, timedelta
from archive.register.session import reading
from archive.register.models import Submission
from ingest import pipeline
for _ in range(12):
    pipeline.advance(sys.argv[1])
with reading() as session:
    row = session.get_one(Submission, sys.argv[1])
    print(row.state, row.step, row.waiting, [f.code for f in row.findings])
"""


def a_pdf(title: str) -> bytes:
    """Return a small born-digital document."""
    pdf = FPDF()
    pdf.set_compression(True)
    pdf.pdf_version = "1.7"
    pdf.add_font("dejavu", fname="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    pdf.add_page()
    pdf.set_font("dejavu", size=13)
    pdf.multi_cell(0, 9, f"{title}\nNội dung văn bản được tạo trên máy tính.", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def advanced(submission: str, env: dict[str, str]) -> str:
    """Do what a worker does with a submission, and return its state, step, waits and findings."""
    done = subprocess.run(
        [sys.executable, "-c", LATER, submission], env=env, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()[-1]


def begun(page: Any, url: str) -> None:
    page.goto(f"{url}/nop-luu")
    page.click("button[name=make]")
    page.wait_for_selector("form[data-drafting]")


def test_a_case_file_is_made_checked_mended_submitted_and_stored(
    enter: Callable[..., Any], scanning_office: tuple[Office, dict[str, str]]
) -> None:
    office, env = scanning_office
    page = enter("giang")
    page.goto(f"{office.url}/nop-luu")
    looked_at(page, "drafts-empty")
    page.click("button[name=make]")
    page.wait_for_selector("form[data-drafting]")
    looked_at(page, "draft-new")
    page.fill("[name=c-Title]", "Hồ sơ về việc giao chỉ tiêu kế hoạch năm 2024")
    drop(
        page,
        "[data-into='']",
        {
            "12_QĐ-UBND Quyết định giao chỉ tiêu kế hoạch.pdf": a_pdf("Quyết định giao chỉ tiêu kế hoạch"),
            "Báo cáo kết quả thực hiện.pdf": a_pdf("Báo cáo kết quả thực hiện"),
        },
    )
    page.wait_for_selector(".tt-document >> nth=1")
    assert page.input_value("[name=c-Title]").startswith("Hồ sơ về việc"), "typed before the files came"
    assert page.input_value("[name$=-CodeNumber] >> nth=0") == "12"
    assert page.input_value("[name$=-TypeName] >> nth=1") == "Báo cáo"

    page.click("button[name=check]")
    page.wait_for_selector("#tt-found")
    looked_at(page, "draft-findings")
    assert page.locator("[name=c-FileCatalog]").count() == 1
    assert page.locator("[aria-invalid=true]").count() > 0

    page.fill("[name=c-FileCatalog]", "2024")
    page.fill("[name=c-FileNotation]", "15.TH")
    page.fill("[name=c-Maintenance]", "20 năm")
    page.select_option("[name=c-Rights]", "Công khai")
    page.fill("[name=c-StartDate]", "2024-01-02")
    page.fill("[name=c-EndDate]", "2024-12-20")
    for nth, day in ((0, "2024-01-15"), (1, "2024-12-10")):
        page.fill(f"[name$=-IssuedDate] >> nth={nth}", day)
        page.fill(f"[name$=-OrganName] >> nth={nth}", "UBND tỉnh Lạng Sơn")
    page.fill("[name$=-CodeNumber] >> nth=1", "7")
    page.fill("[name$=-CodeNotation] >> nth=1", "BC-VP")
    page.click("button[name=check]")
    page.wait_for_selector("#tt-found")
    looked_at(page, "draft-good")
    found = [one.inner_text() for one in page.locator(".tt-finding, .tt-beside").all()]
    assert "Hồ sơ sẽ được tiếp nhận." in page.inner_text("#tt-found"), found
    page.goto(f"{office.url}/nop-luu")
    looked_at(page, "drafts")
    page.click(".tt-list a >> nth=0")
    page.click(".tt-savebar button[name=submit]")
    page.wait_for_url("**/tiep-nhan/*")
    submission = page.url.rsplit("/", 1)[1]
    assert advanced(submission, env).startswith("to-decide")
    page.reload()
    looked_at(page, "draft-submitted")

    archivist = enter("an")
    archivist.goto(f"{office.url}/tiep-nhan/{submission}")
    archivist.screenshot(path=str(SHOTS / "draft-to-decide-desk.png"), full_page=True)
    archivist.on("dialog", lambda dialog: dialog.accept())
    with archivist.expect_navigation():
        archivist.click("button[name=accept]")
    assert advanced(submission, env).startswith("stored")
    page.goto(f"{office.url}/nop-luu")
    assert "Chưa có bản nháp nào." in page.inner_text("body")


def test_a_broken_line_goes_on_where_it_stopped(
    enter: Callable[..., Any], scanning_office: tuple[Office, dict[str, str]]
) -> None:
    page = enter("lan")
    begun(page, scanning_office[0].url)
    broken: list[str] = []

    def breaks(route: Any) -> None:
        if route.request.method == "PATCH" and len(broken) < 2:
            broken.append(route.request.headers["upload-offset"])
            route.abort()
        else:
            route.continue_()

    page.route("**/@uploads/*", breaks)
    data = bytes(range(256)) * 40_000  # 10 MB: two pieces
    page.set_input_files("#files", [{"name": "lớn.pdf", "mimeType": "application/pdf", "buffer": data}])
    page.wait_for_selector(".tt-document", timeout=60_000)
    assert "lớn.pdf" in page.inner_text(".tt-files")
    assert "9,8 MB" in page.inner_text(".tt-files")
    assert broken == ["0", "0"]
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button[name=remove]")
    page.wait_for_selector("text=Chưa có văn bản nào.")


def test_without_script_small_files_are_added_too(
    enter: Callable[..., Any], scanning_office: tuple[Office, dict[str, str]], tmp_path: Path
) -> None:
    page = enter("an", java_script_enabled=False)
    page.goto(f"{scanning_office[0].url}/nop-luu")
    page.select_option("[name=agency]", index=1)
    page.click("button[name=make]")
    page.fill("[name=c-Title]", "Không cần JavaScript")
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(a_pdf(name))
    page.set_input_files("#files", [str(tmp_path / name) for name in ("a.pdf", "b.pdf")])
    page.click("#tt-documents > .tt-drop button[name=add]")
    assert page.locator(".tt-document").count() == 2, page.inner_text("body")[:900]
    assert page.input_value("[name=c-Title]") == "Không cần JavaScript"
    page.click("button[name=down] >> nth=0")
    assert page.input_value("[name$=-Subject] >> nth=0") == "b"
