"""What a person reads of a delivery before it is decided."""

from __future__ import annotations

from ingest.shown import fields_said


def test_a_field_and_its_code_have_the_laws_name_and_what_is_empty_is_left_out() -> None:
    told = fields_said({"Maintenance": "10 năm", "Maintenance.code": "06", "Rights": " ", "Own": "x"})
    assert [(one.label, one.value) for one in told] == [
        ("Thời hạn bảo quản", "10 năm"),
        ("Thời hạn bảo quản (mã)", "06"),
        ("Own", "x"),
    ]


def test_columns_that_only_the_sheet_has_are_called_as_the_sheet_calls_them() -> None:
    told = fields_said({"FondName": "UBND tỉnh", "BoxNumber": "12"})
    assert [one.label for one in told] == ["Tên phông", "Hộp số"]
