"""A spreadsheet with files is read as one case file; what in it is unclear, or would act, is a finding."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from ingest.checks.catalogue import explain, rule
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding, Severity
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.readers.sheet import Members
from ingest.readers.sheet_columns import CASE, DOCUMENT, Column, understood
from ingest.readers.sheet_grid import acts
from tests.samples.sheet import HEADER, comma, row, write_plain, xlsx

CODE = "001.03.08.H30.81.2024.K4.01.01"
CASE_FILE = {
    "FondName": "Sở Nội vụ tỉnh Hậu Giang",
    "FileCatalog": "2024",
    "BoxNumber": "12",
    "FileNotation": "01.TCCB",
    "Title": "Hồ sơ nâng bậc lương năm 2024",
    "Maintenance": "20 năm",
    "Rights": "Công khai",
    "StartDate": "05/01/2024",
    "EndDate": "20/12/2024",
    "TotalDoc": "2",
    "Language": "Tiếng Việt",
    "SheetNumber": "9",
}
LETTERS = (
    {"DocOrdinal": "1", "TypeName": "Quyết định", "CodeNumber": "12", "CodeNotation": "/QĐ-SNV",
     "IssuedDate": "08/01/2024", "OrganName": "Sở Nội vụ", "Subject": "Nâng bậc lương đợt 1", "PageAmount": "2"},
    {"DocOrdinal": "2", "TypeName": "Báo cáo", "CodeNumber": "300", "CodeNotation": "BC-SNV",
     "IssuedDate": "15/12/2024", "OrganName": "Sở Nội vụ", "Subject": "Kết quả nâng bậc lương", "PageAmount": "4"},
)  # fmt: skip
FILES = {f"{CODE}.001.pdf": b"mot", f"{CODE}.002.pdf": b"hai"}
Files = dict[str, bytes]


def rows(*, case: dict[str, str] = CASE_FILE, paths: Sequence[str] = tuple(FILES)) -> list[list[str]]:
    return [
        row(n, case, letter, [path]) for n, (letter, path) in enumerate(zip(LETTERS, paths, strict=True), 1)
    ]


def good() -> Files:
    return {"bang-ke.xlsx": xlsx(rows()), **FILES}


def delivered(folder: Path, files: Files, *, top: str = "") -> Delivery:
    write_plain(files, folder / "goi.zip", top=top)
    return read(folder / "goi.zip", folder / "in", Context(Limits(), agency_code="000.00.05.H30"))


def codes(delivery: Delivery) -> set[str]:
    for finding in delivery.findings:
        assert explain(finding, "vi").text and explain(finding, "en").remedy
    return {finding.code for finding in delivery.findings}


def one(delivery: Delivery, code: str) -> Finding:
    (found,) = (finding for finding in delivery.findings if finding.code == code)
    return found


WRAPPED: dict[str, Callable[[], Files]] = {
    "xlsx": good,
    "xlsx below a letterhead": lambda: {
        "ds.xlsx": xlsx(rows(), above=["SỞ NỘI VỤ", "MỤC LỤC VĂN BẢN"]), **FILES
    },
    "csv with comma and mark": lambda: {"ds.csv": comma(rows()), **FILES},
    "csv with semicolon, without mark": lambda: {
        "ds.csv": comma(rows(), delimiter=";", encoding="utf-8"), **FILES
    },
    "csv in UTF-16": lambda: {"ds.csv": comma(rows(), delimiter="\t", encoding="utf-16"), **FILES},
    "csv with a note on its delimiter": lambda: {
        "ds.csv": b"sep=;\r\n" + comma(rows(), delimiter=";", encoding="utf-8"), **FILES
    },
    "names without accents, in capitals": lambda: {
        "ds.csv": comma(rows(), header=[name.upper().replace("Ề", "E").replace("Ồ", "Ô") for name in HEADER]), **FILES
    },
}  # fmt: skip


@pytest.mark.parametrize("top", ["", "ho-so-01"])
@pytest.mark.parametrize("name", WRAPPED)
def test_the_46_columns_are_read_however_they_are_wrapped(name: str, top: str, tmp_path: Path) -> None:
    delivery = delivered(tmp_path, WRAPPED[name](), top=top)
    assert (delivery.kind, delivery.standard, delivery.record_status) == ("ZIP+bang-ke", "TT02", "NEW")
    fields = dict(delivery.fields)
    assert fields == CASE_FILE | {"FileCode": CODE}
    assert [dict(document.fields) for document in delivery.documents] == list(LETTERS)
    assert [[file.name for file in document.files] for document in delivery.documents] == [
        [one] for one in FILES
    ]
    assert one(delivery, "SHEET_DERIVED").params["fields"] == "FileCode"
    assert codes(delivery) == {"SHEET_DERIVED"} and rule("SHEET_DERIVED").severity is Severity.WARNING


def test_the_list_itself_is_kept_beside_the_documents(tmp_path: Path) -> None:
    delivery = delivered(tmp_path, {**good(), "Bia_hoso01.pdf": b"bia", "MLVB_01.pdf": b"muc luc"})
    assert {file.name for file in delivery.sources} == {"bang-ke.xlsx", "Bia_hoso01.pdf", "MLVB_01.pdf"}
    assert codes(delivery) == {"SHEET_DERIVED"}


def test_names_said_of_both_belong_to_whom_they_stand_by() -> None:
    header = understood(HEADER)
    assert header.unknown == () == header.twice
    at = {column: n for n, column in enumerate(header.columns, 1) if column}
    assert at[Column(CASE, "Rights")] == 8 and at[Column(DOCUMENT, "Mode")] == 39
    assert at[Column(CASE, "Language")] == 9 and at[Column(DOCUMENT, "Language")] == 34
    assert at[Column(DOCUMENT, "PageAmount")] == 35 and at[Column(DOCUMENT, "Description")] == 36
    assert len([column for column in header.columns if column]) == 46


def test_short_names_of_the_circular_are_column_names_too(tmp_path: Path) -> None:
    names = [
        "FileCode",
        "Title",
        "Maintenance",
        "StartDate",
        "EndDate",
        "DocOrdinal",
        "TypeName",
        "Subject",
        "Tên tệp",
    ]
    cells = [
        "A.2024.01",
        "Hồ sơ",
        "10 năm",
        "01/02/2024",
        "03/04/2024",
        "1",
        "Công văn",
        "Trích yếu",
        "a.pdf",
    ]
    delivery = delivered(tmp_path, {"x.csv": comma([cells], header=names), "a.pdf": b"a"})
    assert dict(delivery.fields)["FileCode"] == "A.2024.01"
    assert one(delivery, "SHEET_DERIVED").params["fields"] == "TotalDoc"
    assert dict(delivery.documents[0].fields) == {
        "DocOrdinal": "1",
        "TypeName": "Công văn",
        "Subject": "Trích yếu",
    }


def test_typed_cells_are_read_as_people_write_them(tmp_path: Path) -> None:
    from datetime import datetime

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        [
            "Mã hồ sơ",
            "Tiêu đề hồ sơ",
            "Thời gian bắt đầu",
            "Tổng số văn bản",
            "Số",
            "Trích yếu",
            "Đường dẫn file",
        ]
    )
    sheet.append(["A.1", "Hồ sơ", datetime(2024, 2, 1), 1, 12.0, "T", "a.pdf"])  # noqa: DTZ001 (Excel knows no zone)
    target = io.BytesIO()
    book.save(target)
    delivery = delivered(tmp_path, {"x.xlsx": target.getvalue(), "a.pdf": b"a"})
    assert (delivery.fields["StartDate"], delivery.fields["TotalDoc"]) == ("01/02/2024", "1")
    assert delivery.documents[0].fields["CodeNumber"] == "12"


@pytest.mark.parametrize(
    ("start", "read_as"),
    [("//2024", "2024"), ("/03/2024", "03/2024"), ("5/3/2024", "05/03/2024"), ("//", None)],
)
def test_partial_dates_stay_partial(start: str, read_as: str | None, tmp_path: Path) -> None:
    delivery = delivered(tmp_path, {"x.csv": comma(rows(case={**CASE_FILE, "StartDate": start})), **FILES})
    assert delivery.fields.get("StartDate") == read_as


def test_the_file_code_is_composed_when_file_names_do_not_say_it(tmp_path: Path) -> None:
    files = {"x.csv": comma(rows(paths=("a.pdf", "b.pdf"))), "a.pdf": b"a", "b.pdf": b"b"}
    assert delivered(tmp_path, files).fields["FileCode"] == "000.00.05.H30.2024.01.TCCB"


def test_a_catalogue_number_is_no_year(tmp_path: Path) -> None:
    fields = delivered(
        tmp_path, {"x.csv": comma(rows(case={**CASE_FILE, "FileCatalog": "03"})), **FILES}
    ).fields
    assert fields["Catalogue"] == "03" and "FileCatalog" not in fields


def test_case_file_columns_may_be_said_once(tmp_path: Path) -> None:
    silent = [*rows()[:1], row(2, {}, LETTERS[1], [list(FILES)[1]])]
    assert dict(delivered(tmp_path, {"x.csv": comma(silent), **FILES}).fields)["Title"] == CASE_FILE["Title"]


def test_a_line_that_numbers_the_columns_is_no_document(tmp_path: Path) -> None:
    numbering = [f"({n})" for n in range(1, len(HEADER) + 1)]
    assert len(delivered(tmp_path, {"x.xlsx": xlsx([numbering, *rows()]), **FILES}).documents) == 2


def changed(change: Callable[[list[list[str]]], object]) -> Files:
    content = rows()
    change(content)
    return {"x.csv": comma(content), **FILES}


def with_cell(line: int, name: str, value: str) -> Files:
    at = len(HEADER) - 1 - HEADER[::-1].index(name)
    return changed(lambda content: content[line].__setitem__(at, value))


DEFECTS: dict[str, tuple[Callable[[], Files], set[str]]] = {
    "an unknown column": (
        lambda: {
            "x.csv": comma([[*one, "?"] for one in rows()], header=[*HEADER, "Người quét"]), **FILES
        },
        {"SHEET_COLUMN_UNKNOWN"},
    ),
    "a column twice": (
        lambda: {"x.csv": comma([[*one, "?"] for one in rows()], header=[*HEADER, "Trích yếu"]), **FILES},
        {"SHEET_COLUMN_TWICE"},
    ),
    "no column of files": (
        lambda: {"x.csv": comma([one[:-1] for one in rows()], header=HEADER[:-1]), **FILES},
        {"SHEET_COLUMN_MISSING", "SIP_DOC_NO_FILE", "SIP_FILE_NO_DOC"},
    ),
    "a file that is not there": (
        lambda: with_cell(0, "Đường dẫn file", "khac.pdf"), {"SHEET_FILE_MISSING", "SIP_FILE_NO_DOC"}
    ),
    "a path that climbs out": (
        lambda: with_cell(0, "Đường dẫn file", "../../etc/passwd"), {"SHEET_FILE_MISSING", "SIP_FILE_NO_DOC"}
    ),
    "one file for two rows": (
        lambda: with_cell(1, "Đường dẫn file", f"{CODE}.001.pdf"), {"SHEET_FILE_TWICE", "SIP_FILE_NO_DOC"}
    ),
    "a row without a file": (
        lambda: with_cell(1, "Đường dẫn file", ""), {"SIP_DOC_NO_FILE", "SIP_FILE_NO_DOC"}
    ),
    "rows that disagree on the case file": (
        lambda: changed(lambda content: content[1].__setitem__(6, "70 năm")), {"SHEET_ROWS_DISAGREE"}
    ),
    "several case files": (
        lambda: changed(lambda content: content[1].__setitem__(4, "02.TCCB")), {"SHEET_SEVERAL_CASES"}
    ),
    "a formula": (lambda: with_cell(1, "Ghi chú", '=HYPERLINK("http://x","y")'), {"SHEET_FORMULA"}),
    "DDE": (lambda: with_cell(1, "Ghi chú", "=cmd|' /C calc'!A0"), {"SHEET_FORMULA"}),
    "DDE behind a sign": (lambda: with_cell(1, "Ghi chú", "+cmd|' /C calc'!A0"), {"SHEET_FORMULA"}),
    "an at sign": (lambda: with_cell(1, "Ghi chú", "@SUM(1+1)*cmd|' /C calc'!A0"), {"SHEET_FORMULA"}),
    "a loose file": (lambda: {**good(), "thua.pdf": b"x"}, {"SIP_FILE_NO_DOC"}),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_of_the_list_is_found_and_explained(name: str, tmp_path: Path) -> None:
    make, expected = DEFECTS[name]
    delivery = delivered(tmp_path, make())
    assert codes(delivery) - {"SHEET_DERIVED"} == expected
    assert len(delivery.documents) == 2


def test_several_case_files_are_counted_and_all_their_rows_are_read(tmp_path: Path) -> None:
    """All rows, because a sign of secrecy in any of them must be seen before anything is written down."""
    files = changed(lambda content: (content[1].__setitem__(4, "02"), content[1].__setitem__(7, "Mật")))
    delivery = delivered(tmp_path, files)
    assert one(delivery, "SHEET_SEVERAL_CASES").params == {"count": "2", "rows": "2, 3"}
    assert delivery.fields["Rights"] == "Mật" and len(delivery.documents) == 2


def test_a_formula_s_value_is_not_taken(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(xlsx(rows())))
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, 6).value = '=CONCATENATE("Hồ sơ"," giả")'
    sheet.cell(3, 33).value = "#REF!"
    sheet.cell(3, 33).data_type = "e"
    target = io.BytesIO()
    book.save(target)
    delivery = delivered(tmp_path, {"x.xlsx": target.getvalue(), **FILES})
    told = {finding.params["cell"] for finding in delivery.findings if finding.code == "SHEET_FORMULA"}
    assert told == {"F2", "AG3"}
    assert delivery.fields["Title"] == CASE_FILE["Title"]  # as the other row says
    assert "Subject" not in delivery.documents[1].fields


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("- Kế hoạch (dự thảo)", False),
        ("-Kế hoạch (dự thảo)", False),
        ("-5", False),
        ("+84 24 1234567", False),
        ("a@b.vn", False),
        ("1=1", False),
        ("=1", True),
        (" =1", True),
        ("-2+3+cmd|' /C calc'!A0", True),
        ("+SUM(A1)", True),
        ("@x", True),
    ],
)
def test_what_would_act_in_a_spreadsheet_is_told_from_what_is_text(text: str, is_one: bool) -> None:
    assert acts(text) is is_one


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("a/1.pdf", ["a/1.pdf"]),
        ("D:\\Quet\\a\\1.pdf", ["a/1.pdf"]),
        ("./A/1.PDF", ["a/1.pdf"]),
        ("1.pdf", ["ds/1.pdf"]),  # beside the list
        ("2.pdf", ["b/2.pdf"]),
        ("x/3.pdf", ["a/3.pdf", "b/3.pdf"]),  # unclear
        ("", []),
        ("/", []),
    ],
)
def test_a_cell_finds_its_file_by_the_end_of_its_path(said: str, fits: list[str]) -> None:
    names = ["a/1.pdf", "ds/1.pdf", "b/2.pdf", "a/3.pdf", "b/3.pdf"]
    assert Members(names, "ds").fitting(said) == fits


def tcvn3() -> bytes:
    return comma(rows(), encoding="utf-8").replace("ề".encode(), b"\xd2")


def behind_a_gap(row: int) -> bytes:
    """A sheet whose last document stands far below the others."""
    data, sink = xlsx(rows()), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(sink, "w") as changed:
        for name in book.namelist():
            part = book.read(name)
            if name == "xl/worksheets/sheet1.xml":
                cell = f'<c r="A{row}" t="inlineStr"><is><t>xa</t></is></c>'
                part = part.replace(b"</sheetData>", f'<row r="{row}">{cell}</row></sheetData>'.encode())
                assert b"inlineStr" in part
            changed.writestr(name, part)
    return sink.getvalue()


UNREADABLE: dict[str, tuple[Callable[[], Files], str]] = {
    "TCVN3": (lambda: {"x.csv": tcvn3(), **FILES}, "SHEET_ENCODING"),
    "UTF-16 without its mark": (lambda: {"x.csv": comma(rows(), encoding="utf-16-le"), **FILES}, "SHEET_ENCODING"),
    "half a UTF-16": (lambda: {"x.csv": comma(rows(), encoding="utf-16")[:-1], **FILES}, "SHEET_ENCODING"),
    "quotes without end": (lambda: {"x.csv": comma(rows()) + b'"open', **FILES}, "SHEET_BROKEN"),
    "a field without end": (lambda: {"x.csv": comma(rows()) + b"x" * 200_000, **FILES}, "SHEET_BROKEN"),
    "no header": (lambda: {"x.csv": comma(rows(), header=["a"] * 46), **FILES}, "SHEET_NONE"),
    "two lists": (lambda: {**good(), "lai.csv": comma(rows())}, "SHEET_SEVERAL"),
    "no rows": (lambda: {"x.csv": comma([]), **FILES}, "SHEET_NO_ROWS"),
    "an old format": (lambda: {"x.xls": b"\xd0\xcf\x11\xe0", **FILES}, "SHEET_FORMAT"),
    "a password": (lambda: {"x.xlsx": b"\xd0\xcf\x11\xe0" + bytes(900), **FILES}, "SHEET_ENCRYPTED"),
    "no workbook": (lambda: {"x.xlsx": b"PK nothing", **FILES}, "SHEET_BROKEN"),
    "no list at all": (lambda: dict(FILES), "DELIVERY_UNKNOWN"),
    "a ZIP in the ZIP": (lambda: {"goi.zip": b"PK\3\4", "docs/a.txt": b"x"}, "DELIVERY_UNKNOWN"),
    "a row behind a gap": (lambda: {"x.xlsx": behind_a_gap(20_000), **FILES}, "SHEET_TOO_LARGE"),
    "a row no sheet has": (lambda: {"x.xlsx": behind_a_gap(2_000_000_000), **FILES}, "SHEET_TOO_LARGE"),
    "a list alone": (lambda: {"bang-ke.xlsx": xlsx(rows())}, "DELIVERY_UNKNOWN"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_list_that_cannot_be_read_says_why(name: str, tmp_path: Path) -> None:
    make, code = UNREADABLE[name]
    with pytest.raises(UnreadableDeliveryError) as raised:
        delivered(tmp_path, make())
    assert raised.value.code == code
    found = Finding(code, raised.value.place, {"reason": raised.value.reason})
    assert explain(found, "vi").text and explain(found, "en").remedy
