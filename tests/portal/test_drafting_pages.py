"""The form of a case file in the portal: what is typed stays, files become documents, findings stand beside fields."""

from __future__ import annotations

import re
from typing import Any

import pytest
from a_furnished_house import AGENCIES, GIA_LAI, LANG_SON
from sqlalchemy import select

from archive.errors import TemporaryError
from archive.reason import because
from archive.register.models import Submission, SubmissionState
from archive.register.session import reading, transaction
from archive.viewer import Role, Viewer
from ingest import quarantine
from ingest.drafting import cabinet
from ingest.finding import Finding
from ingest.gateway.limits import Limits
from ingest.preflight import Preflight
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.steps.step import Verdict
from portal.browser.drafting import one as drafting

pytestmark = pytest.mark.plone

GIANG = Viewer("giang", {LANG_SON: frozenset({Role.OFFICIAL})})


def form(browser: Any, action: str = "nop-luu", button: str = "") -> Any:
    """Return the page's form that leads there, the one with this button when there are several."""
    index = 0
    while True:
        found = browser.getForm(index=index)
        if action in found.action and (not button or button in names(found)):
            return found
        index += 1


def names(found: Any) -> set[str]:
    return {getattr(control, "name", None) or "" for control in found.controls}


def begun(visit: Any, login: str = "giang") -> Any:
    browser = visit(login, "/nop-luu")
    form(browser, button="make").getControl(name="make").click()
    return browser


def put(browser: Any, name: str, data: bytes = b"%PDF-1.7") -> None:
    asked = form(browser, button="check")
    asked._form.fields["files:list"][0]._value = [(name, data, "application/pdf")]
    asked._form.enctype = (
        "multipart/form-data"  # what the button says (formenctype); this browser does not read it
    )
    asked.getControl(name="add", index=len(drafts()[0].documents)).click()


def drafts() -> list[Any]:
    return cabinet.listing(viewer=GIANG)


def fill(browser: Any, **fields: str) -> Any:
    asked = form(browser, button="check")
    for name, value in fields.items():
        control = asked.getControl(name=f"c-{name}")
        control.value = [value] if name in ("Rights", "Language", "ConfidenceLevel", "Format") else value
    return asked


def save(browser: Any) -> None:
    form(browser, button="check").getControl(name="save", index=1).click()


def found(verdict: Verdict, *findings: Finding) -> Any:
    def fly(source: Any, **_: Any) -> Preflight:
        assert source.read(2) == b"PK"
        return Preflight(verdict, findings, "", "", 1, ("unpack", "check"))

    return fly


def test_a_new_draft_is_named_described_left_and_found_again(visit: Any) -> None:
    browser = begun(visit)
    assert "Hồ sơ mới" in browser.page
    fill(browser, Title="Hồ sơ giao chỉ tiêu", FileCatalog="2024", StartDate="2024-01-02", Rights="Công khai")
    save(browser)
    assert "Đã lưu." in browser.page
    (draft,) = drafts()
    assert draft.fields["StartDate"] == "02/01/2024", "as descriptions write it"
    listed = visit("giang", "/nop-luu")
    assert "Hồ sơ giao chỉ tiêu" in listed.page
    assert draft.id not in re.sub(r'href="[^"]*"', "", listed.page)
    again = visit("giang", f"/nop-luu/{draft.id}")
    asked = form(again, button="check")
    assert asked.getControl(name="c-StartDate").value == "02/01/2024"
    assert asked.getControl(name="c-Rights").value == ["Công khai"]


def test_code_lists_come_from_the_tables_and_state_secrets_are_not_offered(visit: Any) -> None:
    asked = form(begun(visit), button="check")
    assert asked.getControl(name="c-Rights").options == ["", "Công khai", "Sử dụng có điều kiện"]
    assert "Số hóa" in asked.getControl(name="c-ConfidenceLevel").options


def test_files_become_documents_filled_in_from_their_names(visit: Any) -> None:
    browser = begun(visit)
    fill(browser, Title="Đã gõ trước khi thêm tệp")
    put(browser, "12_QĐ-UBND Quyết định giao chỉ tiêu.pdf")
    put(browser, "Báo cáo kết quả.pdf")
    (draft,) = drafts()
    assert draft.title == "Đã gõ trước khi thêm tệp", "adding files saves what was typed"
    first, second = draft.documents
    assert (first.fields["CodeNumber"], first.fields["CodeNotation"]) == ("12", "QĐ-UBND")
    assert second.fields["TypeName"] == "Báo cáo"
    asked = form(browser, button="check")
    assert asked.getControl(name=f"d-{first.id}-Subject").value == "Quyết định giao chỉ tiêu"
    asked.getControl(name=f"d-{second.id}-IssuedDate").value = "2024-06-01"
    asked.getControl(name="up").click()
    (draft,) = drafts()
    assert [one.id for one in draft.documents] == [second.id, first.id]
    assert draft.documents[0].fields["IssuedDate"] == "01/06/2024", "moving saves what was typed"


def test_documents_and_the_draft_are_taken_out_for_good(visit: Any) -> None:
    browser = begun(visit)
    put(browser, "a.pdf", b"marked bytes")
    form(browser, button="check").getControl(name="remove").click()
    assert "Chưa có văn bản nào." in browser.page
    form(browser, button="delete").getControl(name="delete").click()
    assert "Chưa có bản nháp nào." in browser.page
    assert drafts() == []
    left = [path for path in quarantine.home().rglob("*") if path.is_file()]
    assert not any(b"marked bytes" in path.read_bytes() for path in left)


def test_findings_stand_beside_the_field_or_at_the_document(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"field": "x", "name": "Tiêu đề hồ sơ", "basis": "TT 05/2025/TT-BNV"}
    findings = (
        Finding("V09_REQUIRED", "case file / Title", told),
        Finding("V09_REQUIRED", "document 1 / TypeName", told, 1),
        Finding("SIP_DOC_NO_FILE", "EAD_doc_0000001.xml", {}, 1),
        Finding("SIP_NO_OBJID", "METS.xml", {}),
    )
    monkeypatch.setattr(drafting, "fly", found(Verdict.RETURN, *findings))
    browser = begun(visit)
    put(browser, "a.pdf")
    form(browser, button="check").getControl(name="check").click()
    page = browser.page
    assert "Hồ sơ sẽ bị trả lại để sửa." in page
    document = drafts()[0].documents[0].id
    for key in ("c-Title", f"d-{document}-TypeName"):
        asked = re.search(rf'<(?:textarea|select|input)[^>]*name="{key}"[^>]*>', page)
        assert asked and 'aria-invalid="true"' in asked[0], key
        beside = re.search(rf'id="e-{key}">(.*?)</div>', page, re.S)
        assert beside and "Lỗi" in beside[1]
    assert page.count("tt-finding-head") == 2
    save(browser)
    assert "hãy kiểm tra lại" not in browser.page, "nothing was changed"
    fill(browser, Title="Có tiêu đề")
    save(browser)
    assert "hãy kiểm tra lại" in browser.page


def test_what_would_be_sent_back_is_not_submitted_and_nothing_is_lost(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Finding("V09_REQUIRED", "case file / Title", {"field": "Title", "name": "Tiêu đề", "basis": "x"})
    monkeypatch.setattr(drafting, "fly", found(Verdict.RETURN, bad))
    browser = begun(visit)
    put(browser, "a.pdf")
    fill(browser, Keyword="giữ lại")
    form(browser, button="check").getControl(name="submit").click()
    assert "Chưa nộp: hồ sơ này sẽ bị trả lại." in browser.page
    assert drafts()[0].fields["Keyword"] == "giữ lại"
    with reading() as session:
        assert session.scalar(select(Submission).where(Submission.message_id.like("nop-luu-%"))) is None


@pytest.mark.parametrize("down", [False, True])
def test_a_good_draft_is_submitted_also_while_it_cannot_be_checked(
    down: bool, visit: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def busy(*_: Any, **__: Any) -> Preflight:
        raise TemporaryError(because("portal.preflight-busy"))

    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    monkeypatch.setattr(drafting, "fly", busy if down else found(Verdict.GO_ON))
    browser = begun(visit)
    put(browser, "Báo cáo.pdf", b"%PDF-giang")
    fill(browser, Title="Hồ sơ nộp thử", FileCatalog="2024", FileNotation="15.TH")
    form(browser, button="check").getControl(name="submit").click()
    assert "Đã nộp." in browser.page
    submission = browser.url.rsplit("/", 1)[1]
    with reading() as session:
        row = session.get_one(Submission, submission)
        assert (row.agency_code, row.kind) == (LANG_SON, "sip")
    delivery = read(quarantine.raw(submission), tmp_path / "in", Context(Limits()))
    assert (delivery.fields["Title"], delivery.findings) == ("Hồ sơ nộp thử", ())
    assert delivery.documents[0].files[0].path.read_bytes() == b"%PDF-giang"
    assert drafts() == []


def test_a_draft_without_documents_says_so(visit: Any) -> None:
    browser = begun(visit)
    form(browser, button="check").getControl(name="submit").click()
    assert "Chưa có văn bản nào; hãy thêm ít nhất một tệp." in browser.page


def test_a_file_too_large_is_refused_by_name_and_what_was_typed_stays(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__MAX_MESSAGE_BYTES", "1000")
    browser = begun(visit)
    fill(browser, Title="Giữ lại")
    put(browser, "to.pdf", bytes(1001))
    assert "to.pdf: Lớn hơn 1000 byte." in browser.page
    assert (drafts()[0].title, drafts()[0].documents) == ("Giữ lại", ())


def test_an_official_sees_only_the_own_drafts_and_agency(visit: Any) -> None:
    begun(visit)
    (draft,) = drafts()
    assert visit("lan", f"/nop-luu/{draft.id}").headers["Status"].startswith("404")
    assert "Chưa có bản nháp nào." in visit("lan", "/nop-luu").page
    page = visit("giang", "/nop-luu").page
    assert AGENCIES[LANG_SON][0] in page
    assert AGENCIES[GIA_LAI][0] not in page


def test_a_forged_agency_is_refused(visit: Any) -> None:
    browser = visit("giang", "/nop-luu")
    asked = form(browser, button="make")
    control = asked.getControl(name="agency")
    control._control.force_value(GIA_LAI)
    asked.getControl(name="make").click()
    assert browser.headers["Status"].startswith("403")
    assert drafts() == []


def test_who_does_not_send_finds_no_such_page_in_the_menu(visit: Any) -> None:
    assert "/nop-luu" in visit("giang", "").page
    assert "/nop-luu" not in visit("chi", "").page
    assert "Tài khoản này không nộp hồ sơ" in visit("chi", "/nop-luu").page
    assert visit("hoa", "/nop-luu").url.endswith("/insufficient-privileges")


def test_without_a_token_nothing_is_written(visit: Any, site: Any) -> None:
    browser = visit("giang", "")
    browser.post(site.absolute_url() + "/nop-luu", f"make=1&agency={LANG_SON}")
    assert browser.headers["Status"].startswith("403")
    assert drafts() == []


def test_hostile_text_is_shown_as_text(visit: Any) -> None:
    browser = begun(visit)
    fill(browser, Title='"><script>alert(1)</script>')
    put(browser, "<img src=x onerror=alert(1)>.pdf")
    page = browser.contents if isinstance(browser.contents, str) else browser.contents.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_two_tabs_on_one_draft_do_not_overwrite_each_other_unasked(visit: Any) -> None:
    first = begun(visit)
    (draft,) = drafts()
    second = visit("giang", f"/nop-luu/{draft.id}")
    fill(first, Title="Viết ở thẻ thứ nhất")
    save(first)
    fill(second, Title="Viết ở thẻ thứ hai")
    save(second)
    assert "đã được lưu ở một cửa sổ khác" in second.page
    assert form(second, button="check").getControl(name="c-Title").value == "Viết ở thẻ thứ hai"
    assert drafts()[0].fields["Title"] == "Viết ở thẻ thứ nhất"
    save(second)
    assert drafts()[0].fields["Title"] == "Viết ở thẻ thứ hai"


def test_the_address_of_a_submitted_draft_leads_to_the_delivery(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "fly", found(Verdict.GO_ON))
    browser = begun(visit)
    (draft,) = drafts()
    fill(browser, Title="Hồ sơ giao chỉ tiêu")
    put(browser, "15_QĐ-UBND.pdf")
    form(browser, button="check").getControl(name="submit").click()
    assert "/tiep-nhan/" in browser.url
    again = visit("giang", f"/nop-luu/{draft.id}")
    assert again.url == browser.url
    assert "Hồ sơ này đã được nộp" in again.page


def test_until_it_is_read_a_delivery_made_here_has_the_title_its_sender_typed_and_for_nobody_else(
    visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    monkeypatch.setattr(drafting, "fly", found(Verdict.GO_ON))
    browser = begun(visit)
    put(browser, "Báo cáo.pdf")
    fill(browser, Title="Hồ sơ giao chỉ tiêu năm 2024")
    form(browser, button="check").getControl(name="submit").click()
    heading = re.search(r"<h1>(.*?)</h1>", browser.page)
    assert heading and heading[1] == "Hồ sơ giao chỉ tiêu năm 2024"
    assert "Tiêu đề này là do bạn ghi" in browser.page
    assert "nop-luu-" not in visit("giang", "/tiep-nhan").page, "its number says nothing to anybody"
    assert "Hồ sơ giao chỉ tiêu năm 2024" in visit("giang", "/tiep-nhan").page
    assert "Hồ sơ giao chỉ tiêu năm 2024" in visit("giang", "").page
    path = browser.url[browser.url.index("/tiep-nhan/") :]
    for page in (visit("an", path).page, visit("an", "/tiep-nhan").page):
        assert "Hồ sơ giao chỉ tiêu năm 2024" not in page
        assert "đang đọc mô tả" in page
    with transaction() as session:
        session.get_one(Submission, path.rsplit("/", 1)[1]).state = SubmissionState.REFUSED
    assert "Hồ sơ giao chỉ tiêu năm 2024" not in visit("giang", path).page, "of a refused one nothing is told"
