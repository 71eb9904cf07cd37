"""The case file page: every file by its name, the PDF/A to read and to take home, page counts told, the way back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kept_case_files import CONDITIONAL, GONE, OLD, RULES
from lxml import html

from archive.register.models import Component, Record
from ingest.signatures.recheck import Rechecked
from ingest.signatures.report import CLAIMED, PROVEN, Moment, SignatureReport
from portal.browser.case_file.files import pieces
from portal.browser.case_file.moments import judged_file
from portal.formats import format_name


def a_record(*components: Component) -> Record:
    return Record(components=list(components))


def a_component(id: str, role: str, **facts: Any) -> Component:
    return Component(id=id, role=role, name=f"{id}.x", media_type="", facts=facts)


def test_each_original_stands_with_the_pdfa_made_of_it() -> None:
    record = a_record(
        a_component("o1", "original"),
        a_component("o2", "original"),
        a_component("p2", "pdfa", of="o2", pages=3),
        a_component("p1", "pdfa", of="o1"),
        a_component("t1", "text", of="o1"),
    )
    found = [(piece.name, piece.original.id, piece.pdfa.id, piece.pages) for piece in pieces(record)]  # type: ignore[union-attr]
    assert found == [("o1.x", "o1", "p1", 0), ("o2.x", "o2", "p2", 3)]


def test_files_of_which_nobody_says_what_was_made_of_what_are_not_guessed() -> None:
    one = pieces(a_record(a_component("o", "original"), a_component("p", "pdfa")))
    assert [(piece.original.id, piece.pdfa.id) for piece in one] == [("o", "p")]  # type: ignore[union-attr]
    two = pieces(
        a_record(*(a_component(id, "original") for id in "ab"), *(a_component(id, "pdfa") for id in "cd"))
    )
    assert [(bool(piece.original), bool(piece.pdfa)) for piece in two] == [
        (True, False), (True, False), (False, True), (False, True),
    ]  # fmt: skip


def test_a_format_has_a_name() -> None:
    assert format_name("fmt/276", "application/pdf") == "PDF 1.7"
    assert format_name("fmt/9999", "application/pdf") == "PDF"
    assert format_name("x-fmt/111", "text/plain; charset=utf-8") == "Plain text"
    assert format_name("fmt/1", "model/vnd.unknown") == "model/vnd.unknown"
    assert format_name("", "") == "Unknown format"


def test_a_signature_is_told_at_its_three_moments() -> None:
    then = Moment("INDETERMINATE", "NO_POE", "2022-05-09T02:00:00+00:00", CLAIMED)
    received = Moment("TOTAL-PASSED", "", "2022-05-10T02:00:00+00:00")
    today = Moment("TOTAL-PASSED", "", "2040-01-01T00:00:00+00:00", PROVEN)
    report = SignatureReport("PAdES", "", "Nguyễn Văn An", "UBND tỉnh", "Văn phòng", received, then)
    one = Rechecked("a.pdf", (report,), (report,), (), (replace(report, now=today),))
    (told,) = judged_file(one, "vi").signatures
    assert (told.signer, told.agency) == ("Nguyễn Văn An", "Văn phòng – UBND tỉnh")
    assert (told.then.basis, told.then.at) == ("claimed", "09/05/2022 09:00:00")
    assert (told.received.words, told.received.basis) == ("chữ ký hợp lệ", "")
    assert told.today is not None
    assert (told.today.words, told.today.basis, told.today.at) == (
        "chữ ký hợp lệ", "proven", "01/01/2040 07:00:00",
    )  # fmt: skip
    assert judged_file(replace(one, today=()), "vi").signatures[0].today is None, "it could not be judged"


plone = pytest.mark.plone


def words(browser: Any) -> str:
    return " ".join(html.fromstring(browser.contents).text_content().split())


@plone
def test_a_document_with_two_files_names_both_and_gives_each_to_read_and_to_take(visit: Any) -> None:
    browser = visit("hoa", f"/ho-so/{RULES.id}")
    first = html.fromstring(browser.contents).cssselect(".tt-document")[0]
    assert [node.text_content() for node in first.cssselect(".tt-name")] == ["Văn bản 1.pdf", "Phụ lục.docx"]
    assert "Văn bản Word (.docx)" in browser.page
    assert "fmt/412" not in " ".join(node.text_content() for node in first.cssselect(".tt-files"))
    for position, (pdfa, original) in enumerate([("pdfa", "original"), ("pdfa", "original")], 1):
        links = {link.get("href") for link in first.cssselect(".tt-get a")}
        assert any(f"xem={RULES.component_id(1, pdfa, position)}" in link for link in links)
        assert any(link.endswith(f"/tep/{RULES.component_id(1, pdfa, position)}") for link in links)
        assert any(link.endswith(f"/tep/{RULES.component_id(1, original, position)}") for link in links)


@plone
def test_each_signature_is_told_in_words_and_what_was_not_checked_is_not_called_valid(visit: Any) -> None:
    page = words(visit("hoa", f"/ho-so/{RULES.id}"))
    assert "Ký số: UBND tỉnh Lạng Sơn, chữ ký hợp lệ" in page
    assert "ký lúc 09/05/2014 09:05:00, theo dấu thời gian của TSA Ban Cơ yếu" in page
    assert "tại thời điểm ký: chữ ký hợp lệ; danh sách tin cậy: Ban Cơ yếu Chính phủ" in page
    assert "chưa đủ căn cứ kết luận: chưa kiểm tra được thu hồi chứng thư số (ngoại tuyến" in page


@plone
def test_an_archivist_has_the_signatures_judged_today_and_is_told_what_proves_nothing(visit: Any) -> None:
    page = visit("an", f"/ho-so/{RULES.id}")
    assert f"/ho-so/{RULES.id}/chu-ky" in page.contents
    judged = words(visit("an", f"/ho-so/{RULES.id}/chu-ky"))
    assert "Chữ ký số, xét lại hôm nay" in judged
    assert "Không có chứng minh nào còn giá trị" in judged
    assert "chưa có bằng chứng lưu trữ" in judged
    assert "Báo cáo trong gói bị thiếu" in judged, "the furnished house has signatures without reports"


@plone
def test_a_reader_sees_the_verdicts_but_does_not_put_the_machine_to_work(visit: Any) -> None:
    assert "/chu-ky" not in visit("hoa", f"/ho-so/{RULES.id}").contents
    assert visit("hoa", f"/ho-so/{RULES.id}/chu-ky").headers["Status"].startswith("404")


@plone
def test_the_open_document_can_be_downloaded_and_left_for_the_next(visit: Any) -> None:
    opened = RULES.component_id(1, "pdfa", 2)
    browser = visit("hoa", f"/ho-so/{RULES.id}?xem={opened}&ve=q%3Dquy")
    viewer = html.fromstring(browser.contents).get_element_by_id("tt-viewer")
    links = {" ".join(link.text_content().split()): link.get("href") for link in viewer.cssselect("a")}
    assert links["Tải bản PDF/A"].endswith(f"/tep/{opened}")
    assert f"xem={RULES.component_id(1, 'pdfa')}" in links["← Trước"]
    assert f"xem={RULES.component_id(2, 'pdfa')}" in links["Sau →"]
    assert all("ve=q%3Dquy" in links[name] for name in ("← Trước", "Sau →", "Đóng")), "the way back stays"
    assert "2 / 4" in " ".join(viewer.text_content().split())
    got = visit("hoa", f"/ho-so/{RULES.id}/tep/{opened}")
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith('attachment; filename="Ph')


@plone
def test_page_numbers_that_differ_say_who_counted_and_who_declared(visit: Any) -> None:
    page = words(visit("an", f"/ho-so/{RULES.id}"))
    assert "2 trang, cơ quan khai 3" in page
    assert "3 / 8 trang, cơ quan khai 6" in page
    assert "Số trang đếm trên bản PDF/A." in page
    assert "cơ quan khai" not in words(visit("an", f"/ho-so/{OLD.id}"))


@plone
def test_the_way_back_to_the_results_is_ours_whatever_the_address_says(visit: Any) -> None:
    def back(ve: str) -> list[str]:
        tree = html.fromstring(visit("hoa", f"/ho-so/{RULES.id}{ve}").contents)
        return [link.get("href") for link in tree.cssselect(".tt-back")]

    assert back("") == []
    (address,) = back("?ve=q%3Dquy%2Bche%26page%3D2%26sort%3Doldest")
    assert urlsplit(address).path.endswith("/tra-cuu")
    assert parse_qs(urlsplit(address).query) == {"q": ["quy che"], "page": ["2"], "sort": ["oldest"]}
    for hostile in ("?ve=https://evil.example/", "?ve=//evil.example", "?ve=javascript:alert(1)"):
        (address,) = back(hostile)
        assert urlsplit(address).path.endswith("/luutru/tra-cuu") or "/tra-cuu" in urlsplit(address).path
        assert "evil" not in address and "javascript" not in address


@plone
def test_results_lead_to_the_case_file_and_back(visit: Any) -> None:
    browser = visit("hoa", "/tra-cuu?q=quyet+dinh&sort=newest&kind=record")
    link = html.fromstring(browser.contents).cssselect(".tt-hit-title")[0].get("href")
    browser.open(link)
    (back,) = html.fromstring(browser.contents).cssselect(".tt-back")
    browser.open(back.get("href"))
    assert parse_qs(urlsplit(browser.url).query) == {
        "q": ["quyet dinh"],
        "sort": ["newest"],
        "kind": ["record"],
    }


@plone
def test_who_did_it_is_a_person_or_a_part_of_the_system(visit: Any) -> None:
    page = words(visit("an", f"/ho-so/{GONE.id}"))
    assert "Lê Minh Chi" in page
    assert "Hệ thống (tiếp nhận)" in page
    assert "system:" not in page


@plone
def test_a_tombstone_tells_each_step_of_the_destruction_once(visit: Any) -> None:
    tree = html.fromstring(visit("an", f"/ho-so/{GONE.id}").contents)
    told = [node.text_content() for node in tree.cssselect(".tt-timeline strong")]
    assert told.count("Đã hủy") == 1
    assert len(told) == len(set(told)), told
    assert "Đã xóa: Kho kho-a" in told


@plone
def test_a_tombstone_keeps_the_hash_of_the_package_and_leads_to_the_decision(visit: Any) -> None:
    page = visit("dung", f"/bia-mo/{GONE.id}").page
    assert "Mã băm của gói" in page
    assert "/tieu-huy/" in page
    assert "/tieu-huy/" not in visit("hoa", f"/ho-so/{GONE.id}").page.split("<main")[1]


@plone
def test_a_period_that_is_over_is_said(visit: Any) -> None:
    assert "Đã hết thời hạn; chưa ở trong danh mục hủy nào" in visit("an", f"/ho-so/{OLD.id}").page
    assert "Đã hết thời hạn" not in visit("an", f"/ho-so/{CONDITIONAL.id}").page
