"""Spreadsheets of agencies' own schedules: what is read, what is named, and what a hostile one cannot do."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from archive.reason import told
from retention.errors import SheetError
from retention.own_lines import HEADINGS, Own, as_json, own_lines, sheet_of
from retention.period import PERMANENT, RetentionPeriod
from retention.problem import Problem
from retention.schedule import schedule
from retention.search_lines import lines_with
from retention.sheet_file import COLUMNS, LARGEST, ROWS, cell_name, read_sheets
from retention.template import template

HEAD = list(HEADINGS.values())


def xlsx(rows: list[list[Any]], *, title: str = "Bảng") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def read(data: bytes) -> Own:
    return own_lines(read_sheets(io.BytesIO(data)))


def one(*cells: str) -> list[Problem]:
    """Return what is wrong in a sheet of this one row."""
    return list(read(xlsx([HEAD, list(cells)])).problems)


def test_a_sheet_with_a_letterhead_headings_of_groups_and_numbers_is_read() -> None:
    own = read(
        xlsx(
            [
                ["UBND TỈNH LẠNG SƠN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
                [],
                ["STT", "Tên hồ sơ, tài liệu", "THỜI HẠN BẢO QUẢN", "Ghi chú"],
                [None, "I. Tài liệu tổng hợp"],
                [1, "Hồ sơ họp giao ban của phòng", "10 năm", "thêm"],
                [2, "Hồ sơ thi đua riêng của Sở", "Vĩnh viễn"],
                [3, "Nội quy ra vào cổng", "Đến khi văn bản hết hiệu lực thi hành"],
            ]
        )
    )
    assert own.problems == ()
    assert [(line.ref, line.section, line.period, line.trigger, line.note) for line in own.lines] == [
        ("1", "I. Tài liệu tổng hợp", RetentionPeriod(10), "closure", "thêm"),
        ("2", "I. Tài liệu tổng hợp", PERMANENT, "closure", ""),
        ("3", "I. Tài liệu tổng hợp", None, "superseded", ""),
    ]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_stands_between_its_cells(mark: str, delimiter: str) -> None:
    rows = [["STT", '"Tên hồ sơ, tài liệu"', "Thời hạn"], ["1", '"Hồ sơ A; B, C"', "5 năm"]]
    own = read((mark + "\r\n".join(delimiter.join(row) for row in rows)).encode())
    assert [(line.title, str(line.period)) for line in own.lines] == [("Hồ sơ A; B, C", "5 năm")]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_template_is_read_without_a_problem(form: Any) -> None:
    own = read(template(form))
    assert own.problems == ()
    assert [(line.ref, line.section) for line in own.lines] == [
        ("1", "Tài liệu về tổ chức, cán bộ"),
        ("2", "Tài liệu về tổ chức, cán bộ"),
    ]


@pytest.mark.parametrize(
    ("cells", "cell", "said", "mend"),
    [
        (["", "", "Hồ sơ X", "5 năm"], "A2", "ô để trống", "điền ô này"),
        (["1", "", "", "5 năm"], "C2", "ô để trống", "điền ô này"),
        (["1", "", "Hồ sơ X", ""], "D2", "ô để trống", "điền ô này"),
        (["1", "", "Hồ sơ X", "Lâu dài"], "D2", "“Lâu dài” không phải là thời hạn", "số năm"),
        (["1", "", "Hồ sơ X", "05"], "D2", "“05” không phải là thời hạn", "số năm"),  # code, or five years?
        (["1", "", "Hồ sơ X", "5"], "D2", "“5” không phải là thời hạn", "số năm"),
        (["1", "", "Hồ sơ X", "71 năm"], "D2", "“71 năm” không phải là thời hạn", "số năm"),
        (["1", "", "=1+1", "5 năm"], "C2", "công thức", "ghi thẳng giá trị"),
        (["1", "", "@SUM(A1)", "5 năm"], "C2", "công thức", "ghi thẳng giá trị"),
        (["1", "", "x" * 1001, "5 năm"], "C2", "1.001 ký tự", "rút gọn"),
        (["1", "", "Hồ sơ X", "5 năm", "TT 09/2011: 999"], "E2", "không có dòng 999", "xem lại"),
        (["1", "", "Hồ sơ X", "5 năm", "TT 09/2011: 50"], "D2", "5 năm ngắn hơn 70 năm", "nâng thời hạn"),
        (["1", "", "Hồ sơ X", "5 năm", "50"], "D2", "dòng 50 (Hồ sơ kỷ luật cán bộ)", "nâng thời hạn"),
        (["1", "", "Hồ sơ kỷ luật cán bộ", "69 năm"], "D2", "69 năm ngắn hơn 70 năm", "đang có hiệu lực"),
    ],
)
def test_a_bad_row_is_named_with_cell_value_and_how_to_mend_it(
    cells: list[str], cell: str, said: str, mend: str
) -> None:
    [problem] = one(*cells)
    assert problem.blocks
    assert (problem.row, problem.cell) == (2, cell)
    assert said in told(problem.why)
    assert mend in told(problem.mend)
    text = told(problem.reason)
    assert f"dòng 2, ô {cell}, cột “{HEADINGS[_column(cell)]}”" in text


def _column(cell: str) -> str:
    return list(HEADINGS)["ABCDEF".index(cell[0])]


def test_a_number_that_is_there_twice_names_the_first() -> None:
    own = read(xlsx([HEAD, ["1", "", "Hồ sơ X", "5 năm"], ["1", "", "Hồ sơ Y", "5 năm"]]))
    assert told(own.problems[0].why) == "số thứ tự 1 đã có ở dòng 2"
    assert (own.problems[0].cell, len(own.lines)) == ("A3", 1)


@pytest.mark.parametrize(
    ("row", "retention", "blocks"),
    [
        ("TT 09/2011: 50", "70 năm", None),
        ("TT 09/2011: 50", "Vĩnh viễn", None),
        ("TT 10/2022: ?2", "1 năm", False),  # the copy of 2022 is not whole: shown, never refused
        ("TT 10/2022: 24", "1 năm", False),
        ("TT 01/2024/TT-BTC: 5", "1 năm", False),
        ("Điều 5 khoản 2", "1 năm", False),
        ("TT 09/2011: 50", "Đến khi văn bản hết hiệu lực", False),
    ],
)
def test_only_a_whole_instrument_refuses(row: str, retention: str, blocks: bool | None) -> None:
    found = one("1", "", "Hồ sơ X", retention, row)
    assert [problem.blocks for problem in found] == ([] if blocks is None else [blocks])


def test_naming_the_row_in_force_lifts_the_floor_of_the_circular_that_ended() -> None:
    assert one("1", "", "Hồ sơ kỷ luật cán bộ", "5 năm")[0].blocks
    [shown] = one("1", "", "Hồ sơ kỷ luật cán bộ", "5 năm", "TT 10/2022: 77")
    assert not shown.blocks


@pytest.mark.parametrize(
    "row",
    ["xem phụ lục", "Điều 5", "TT 01/2024/TT-BTC: 5", "TT 10/2022: ?99", "TT 10/2022: 0", "TT 10/2022: 7777"],
)
def test_a_text_that_names_no_row_lifts_no_floor(row: str) -> None:
    [problem] = one("1", "", "Hồ sơ kỷ luật cán bộ", "5 năm", row)
    assert problem.blocks
    assert "thấp hơn" in told(problem.why) or "ngắn hơn" in told(problem.why)


def test_what_the_circular_in_force_allows_is_not_refused_by_the_older_one() -> None:
    # 10 years in 2011 (row 24), 5 in 2022 (Phụ lục I, among the rows we have).
    assert one("1", "", "Công văn trao đổi về công tác quy hoạch", "5 năm") == []


def test_the_states_own_rows_pass_as_an_agencys_schedule() -> None:
    rows = [[line.ref, line.section, line.title, line.retention] for line in schedule("tt-09-2011").lines]
    own = read(xlsx([HEAD, *rows]))
    refused = {problem.value for problem in own.problems}
    # Three rows have another clock (end of a contract, life of works): those a schedule of ours cannot say.
    assert len(own.lines) == 271
    assert len(refused) == len(own.problems) == 3


def test_kept_lines_are_looked_through_by_the_same_rules() -> None:
    own = read(xlsx([HEAD, ["1", "Nhóm", "Hồ sơ X", "5 năm", "TT 05/2020: 2", "g"]]))
    again = own_lines(sheet_of(as_json(own.lines)))
    assert again.lines == own.lines
    assert [problem.why for problem in again.problems] == [problem.why for problem in own.problems]


def test_lines_are_found_by_the_beginnings_of_their_words_without_accents() -> None:
    lines = schedule("tt-09-2011").lines
    assert [line.ref for line in lines_with(lines, "ky luat CAN bo")] == ["50"]
    assert lines_with(lines, "zz") == []
    assert len(lines_with(lines, " ")) == 274


def test_no_headings_and_a_missing_column_are_said() -> None:
    assert "không tìm thấy dòng tiêu đề" in told(read(xlsx([["a", "b"]])).problems[0].why)
    missing = read(xlsx([["Tên hồ sơ", "Thời hạn"], ["X", "5 năm"]])).problems[0]
    assert told(missing.why) == "thiếu cột Số thứ tự"
    assert read(xlsx([HEAD])).refused


def test_problems_without_end_are_cut() -> None:
    own = read(xlsx([HEAD, *[["1", "", "Hồ sơ", "Lâu"] for _ in range(900)]]))
    assert len(own.problems) == 501
    assert "còn nữa" in told(own.problems[-1].why)


def altered(data: bytes, part: str, change: Any) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == part else content)
    return sink.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
GOOD = xlsx([HEAD, ["1", "", "Hồ sơ X", "5 năm"]])
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'


def _dtd(content: bytes) -> bytes:
    return LAUGHS + content.partition(b"?>")[2] if content.startswith(b"<?xml") else LAUGHS + content


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "tệp rỗng"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "có mật khẩu"),
        (b"x" * (LARGEST + 1), "lớn hơn 4"),
        (b"PK\x03\x04" + b"x" * 600, "không mở được"),
        (GOOD[: len(GOOD) // 2], "không mở được"),
        (altered(GOOD, SHEET, lambda content: content.ljust(25 * 2**20, b" ")), "lớn hơn 24"),
        (altered(GOOD, SHEET, lambda content: content + b"<a/>" * 500_001), "thẻ"),
        (altered(GOOD, SHEET, _dtd), "không mở được như một bảng tính (DTD)"),
        (altered(GOOD, SHEET, lambda content: content.decode().encode("utf-16")), "UTF-8"),
        (
            altered(GOOD, SHEET, lambda content: b'<?xml version="1.0" encoding="utf-7"?>' + content[-900:]),
            "UTF-8",
        ),
        (xlsx([["x"] * (COLUMNS + 1)]), "cột"),
        (xlsx([["x" * 2001]]), "ký tự trong một ô"),
        ("Tên hồ sơ;Thời hạn".encode("utf-16-le"), "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'a,"b', "không mở được"),
        (b"x\n" * (ROWS + 1), "dòng hoặc"),
    ],
)
def test_a_hostile_file_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(SheetError) as refused:
        read(data)
    assert said in told(refused.value.reason)


def test_a_row_far_below_and_a_lying_dimension_cost_nothing() -> None:
    def far(content: bytes) -> bytes:
        content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', content)
        return content.replace(b'<row r="2"', b'<row r="1048576"')

    with pytest.raises(SheetError, match="rows"):
        read(altered(GOOD, SHEET, far))


def test_macros_and_pictures_do_not_reach_the_reader() -> None:
    sink = io.BytesIO(GOOD)
    with zipfile.ZipFile(sink, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"MZ" * 100)
    assert len(read(sink.getvalue()).lines) == 1


def test_dates_are_written_as_people_write_them() -> None:
    own = read(xlsx([HEAD, ["1", "", "Hồ sơ X", "5 năm", None, date(2020, 3, 1)]]))
    assert own.lines[0].note == "01/03/2020"


def test_the_template_opens_in_a_spreadsheet_program() -> None:
    sheet = load_workbook(io.BytesIO(template("xlsx"))).worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEAD


@pytest.mark.parametrize(("column", "name"), [(0, "A7"), (25, "Z7"), (26, "AA7"), (29, "AD7")])
def test_cells_are_called_as_people_call_them(column: int, name: str) -> None:
    assert cell_name(7, column) == name
