"""What a sender reads when something is wrong: Vietnamese, whole, with remedy and clause, within the line's limit."""

from __future__ import annotations

import pytest

from archive.register.models import Finding as FindingRow
from ingest.reasons import LONGEST, fitted, in_vietnamese, told


def a_row(reason: str = "hỏng", place: str = "document 2 / file 1") -> FindingRow:
    return FindingRow(
        code="SIP_ZIP_BROKEN", severity="error", place=place, params={"reason": reason, "document": "2"}
    )


def test_a_finding_is_told_with_place_remedy_and_clause() -> None:
    assert told([a_row()]) == (
        "[SIP_ZIP_BROKEN] văn bản 2 / tệp 1: Gói tin không mở được: hỏng. "
        "Cách khắc phục: Tạo lại tệp ZIP, kiểm tra mở được, rồi gửi lại. (NĐ 01/2013/NĐ-CP Điều 7.3)"
    )


@pytest.mark.parametrize(
    "place, says",
    [
        ("document 12", "văn bản 12"),
        ("document 3 / IssuedDate", "văn bản 3 / IssuedDate"),
        ("case file / Title", "hồ sơ / Title"),
        ("my document 3.pdf", "my document 3.pdf"),
        ("documentation.pdf", "documentation.pdf"),
    ],
)
def test_a_place_is_put_into_vietnamese_and_names_are_left(place: str, says: str) -> None:
    assert in_vietnamese(place) == says


def test_many_findings_are_told_whole_and_the_rest_counted() -> None:
    text = told([a_row(place=f"document {n}") for n in range(1, 101)])
    lines = text.splitlines()
    assert len(text) <= LONGEST
    assert all(line.endswith("(NĐ 01/2013/NĐ-CP Điều 7.3)") for line in lines[:-1])
    assert lines[-1] == f"(và {100 - len(lines) + 1} lỗi khác, xem trên hệ thống)"


@pytest.mark.parametrize("longest", [200, 500, 4000])
def test_of_a_line_too_long_by_itself_remedy_and_clause_stay(longest: int) -> None:
    text = fitted(told([a_row(reason="x" * 9000)]), longest)
    assert len(text) <= longest
    assert text.startswith("[SIP_ZIP_BROKEN] văn bản 2")
    if longest > 200:
        assert (
            "Cách khắc phục: Tạo lại tệp ZIP, kiểm tra mở được, rồi gửi lại. (NĐ 01/2013/NĐ-CP Điều 7.3)"
            in text
        )


def test_what_fits_is_not_touched() -> None:
    assert fitted("một\nhai", 7) == "một\nhai"
