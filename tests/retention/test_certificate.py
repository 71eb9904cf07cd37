"""What the certificate says, for both regimes, with what was spared; words from outside stay words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from lxml import html
from retention_town import AGENCY, AN, BINH, HEAD, NOW, RESEARCHER, TODAY, Town, person
from sqlalchemy import event

from archive.errors import NotAllowedError
from archive.register.session import engine, reading, transaction
from archive.viewer import Role
from retention import holds
from retention.certificate import certificate
from retention.destruction import execute
from retention.dossier import gather
from retention.errors import CertificateError
from retention.papers.certificate import page


def destroyed(town: Town, *, title: str = "Hồ sơ giao ban tuần", regime: str = "R1") -> str:
    """Return an order that destroyed two of three case files and spared a held one."""
    ids = [
        town.store("01.HUY", title=title, regime=regime),
        town.store("02.HUY", regime=regime, ended=date(2019, 3, 1)),
        town.store("03.GIU", regime=regime),
    ]
    order_id = town.ordered(*ids)
    with transaction() as session:
        holds.place(
            session, agency_code=AGENCY, case_file_ids=[ids[2]], reason="Thanh tra", document_number="5/TT",
            document_date=TODAY, viewer=AN, now=NOW,
        )  # fmt: skip
    assert execute(order_id, viewer=BINH, now=NOW).finished
    return order_id


def test_it_names_basis_people_files_hashes_receipts_and_ledger_events(town: Town) -> None:
    order_id = destroyed(town)
    with reading() as session:
        dossier = gather(session, order_id, viewer=HEAD)
    text = html.fromstring(page(dossier)).text_content()
    for word in (
        "BIÊN BẢN HỦY TÀI LIỆU",
        "01/2011/QH13, Điều 28",
        "12/QĐ-SNV",
        "02/03/2026",
        "Đã hủy 2 trên 3 hồ sơ",
        "Không hủy: đang bị giữ",
        "Thanh tra",
        "chưa được đối chiếu",
        dossier.list_sha256,
        *(one.name for one in dossier.people),
        *(item.code for item in dossier.items),
        *(sha256 for item in dossier.items for _, sha256 in item.packages),
    ):
        assert word in text, word
    did = [(p.name, p.part, p.paper) for p in dossier.people]
    assert (did[0], did[-1]) == (("an", "proposed", ""), ("binh", "executed", ""))
    for line in (
        ("dung", "council", "12/QĐ-SNV/QĐ-HĐ, 02/03/2026"),
        ("cuong", "conclude", "12/QĐ-SNV/BB, 02/03/2026"),
        ("an", "sign-minutes", ""),
        ("an", "record-opinion", "12/QĐ-SNV/YK, 02/03/2026"),
        ("dung", "decide", "12/QĐ-SNV, 02/03/2026"),
        ("an", "hand-over", "12/QĐ-SNV/BBBG, 02/03/2026"),
        ("binh", "release", ""),
    ):
        assert line in did, line
    for word in ("Lập hội đồng", "Bỏ phiếu", "Ký biên bản họp", "Quyết định hủy", "Bàn giao để hủy"):
        assert word in text, word
    for item in dossier.items:
        if item.outcome == "done":
            assert item.events and all(receipt.event in item.events for receipt in item.receipts)
            assert {f"store:kho-{x}" for x in "abc"} <= {receipt.holder for receipt in item.receipts}
        else:
            assert item.receipts == ()


R1_COLUMNS = ["STT", "Bó số (hồ sơ số)", "Tập số", "Tiêu đề tập tài liệu", "Lý do hủy", "Ghi chú"]
R2_COLUMNS = [
    "STT", "Số lưu trữ (Hồ sơ số)", "Tập số", "Tiêu đề hồ sơ", "Thời hạn lưu trữ", "Số tài liệu/trang", "Lý do hủy",
    "Ghi chú",
]  # fmt: skip


def test_a_long_list_is_gathered_with_as_many_questions_as_a_short_one(town: Town) -> None:
    count = 0

    def asked(*_: object) -> None:
        nonlocal count
        count += 1

    told = []
    for number in (1, 5):
        order_id = town.ordered(
            *(town.store(f"{number}-{n}", ended=date(2013, n + 1, 1)) for n in range(number))
        )
        assert execute(order_id, viewer=BINH, now=NOW).finished
        event.listen(engine(), "before_cursor_execute", asked)
        with reading() as session:
            assert gather(session, order_id).count("done") == number
        event.remove(engine(), "before_cursor_execute", asked)
        told.append(count)
    assert told[1] == 2 * told[0]


def columns(table: html.HtmlElement) -> list[str]:
    return [cell.text_content() for cell in table.findall(".//th")]


@pytest.mark.parametrize(
    ("regime", "heads", "law", "other"),
    [
        ("R1", R1_COLUMNS, "01/2011/QH13, Điều 28;", "33/2024/QH15, Điều 16"),
        ("R2", R2_COLUMNS, "33/2024/QH15, Điều 16", "01/2011/QH13, Điều 28;"),
    ],
)
def test_the_list_has_the_columns_of_its_law(
    town: Town, regime: str, heads: list[str], law: str, other: str
) -> None:
    order_id = destroyed(town, regime=regime)
    with reading() as session:
        tree = html.fromstring(page(gather(session, order_id)))
    assert law in tree.text_content() and other not in tree.text_content()
    assert columns(tree.findall(".//table")[1]) == heads


def test_a_list_under_both_laws_is_told_law_by_law_and_numbered_through(town: Town) -> None:
    with reading() as session:
        dossier = gather(session, destroyed(town))
    first, *others = dossier.items
    tree = html.fromstring(page(replace(dossier, items=(replace(first, regime="R2"), *others))))
    old, new = tree.findall(".//table")[1:3]
    assert (columns(old), columns(new)) == (R1_COLUMNS, R2_COLUMNS)
    rows = [[cell.text_content() for cell in row.findall("td")][:2] for row in tree.findall(".//tbody/tr")]
    numbered = [[str(n), one.code] for n, one in enumerate((*others, first), 1)]
    assert [row for row in rows if row in numbered] == numbered
    proofs = [one.text_content() for one in tree.findall(".//section//b")]
    assert proofs == [f"{n}. {code}" for n, code in numbered]


def test_no_english_is_on_the_minutes_and_each_receipt_is_told_in_vietnamese(town: Town) -> None:
    order_id = destroyed(town)
    with reading() as session:
        text = html.fromstring(page(gather(session, order_id))).text_content()
    for word in (
        "our form",
        "Certificate",
        "store:",
        "overwritten",
        "not applicable",
        "nothing",
        "bytes",
        "sổ cái",
    ):
        assert word not in text, word
    for word in ("Kho kho-a", "Khu cách ly", "Chỉ mục tra cứu", "ghi đè một lần rồi xóa"):
        assert word in text, word
    assert "sổ nhật ký" in text


def test_the_reason_is_that_of_the_decision_and_no_volume_is_invented(town: Town) -> None:
    case_file_id = town.store("01")
    town.store("01", version=2, id=case_file_id)
    order_id = town.ordered(case_file_id, reason="Tài liệu trùng lặp")
    assert execute(order_id, viewer=BINH, now=NOW).finished
    with reading() as session:
        tree = html.fromstring(page(gather(session, order_id)))
    cells = [cell.text_content() for cell in tree.findall(".//table")[1].findall(".//tbody/tr/td")]
    assert (cells[2], cells[4]) == ("–", "Tài liệu trùng lặp")


def test_a_title_with_markup_stays_text(town: Town) -> None:
    evil = "<img src='http://x/'><script>alert(1)</script>"
    with reading() as session:
        order_id = destroyed(town, title=evil)
        tree = html.fromstring(page(gather(session, order_id)))
    assert tree.findall(".//img") == [] and tree.findall(".//script") == []
    assert evil in tree.text_content()


def test_there_is_no_certificate_before_the_end(town: Town) -> None:
    order_id = town.ordered(town.store("01"))
    with reading() as session, pytest.raises(CertificateError, match="is approved"):
        certificate(session, order_id)


def test_a_researcher_may_not_have_the_certificate_and_the_auditor_may(town: Town) -> None:
    order_id = destroyed(town)
    with reading() as session:
        with pytest.raises(NotAllowedError):
            gather(session, order_id, viewer=RESEARCHER)
        assert gather(session, order_id, viewer=person("k", Role.AUDITOR)).count("done") == 2
