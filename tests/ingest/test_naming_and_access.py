"""Names and access codes are decided by pure functions; what is unclear is never public and never a path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.naming import LONGEST, package_name, safe_name
from archive.viewer import Access
from ingest.access import access_of, strictest


@pytest.mark.parametrize(
    "given_name, kept",
    [
        ("Quyết định 31.pdf", "Quyết định 31.pdf"),
        ("Quye\u0302\u0301t.pdf", "Quyết.pdf"),  # NFD becomes NFC
        ("../../etc/passwd", "passwd"),
        ("C:\\thư mục\\a.pdf", "a.pdf"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("..", "khong-ten"),
        ("", "khong-ten"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
        ("ệ" * 100 + ".pdf", "ệ" * 38 + ".pdf"),  # three bytes a letter: 38 x 3 + 4 = 118 of 120
        ("a." + "b" * 200, "a." + "b" * (LONGEST - 2)),
    ],
)
def test_a_delivered_name_becomes_one_safe_part(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    kept = safe_name(name)
    assert kept
    assert "/" not in kept
    assert kept not in (".", "..")
    assert len(kept.encode()) <= LONGEST


def test_a_package_is_named_by_province_agency_year_and_code() -> None:
    name = package_name("lang-son", "000.00.01.H37", 2020, "000.00.01.H37.2020.01/QĐ", version=1)
    assert name == "lang-son/000.00.01.H37/2020/000.00.01.H37.2020.01-QD-e8b61781/v0001.zip"


@pytest.mark.parametrize(
    "rights, access",
    [
        ("Công khai", Access.PUBLIC),
        ("01", Access.PUBLIC),
        ("Hạn chế", Access.CONDITIONAL),
        ("Sử dụng có điều kiện", Access.CONDITIONAL),
        ("Mật", Access.SECRET),
        ("", Access.CONDITIONAL),
        ("tùy ý", Access.CONDITIONAL),
    ],
)
def test_use_mode_words_give_an_access_code_and_unknown_words_are_not_public(
    rights: str, access: Access
) -> None:
    assert access_of(rights) == access


@pytest.mark.parametrize(
    "modes, access",
    [
        (["Công khai"], Access.PUBLIC),
        (["Công khai", "Công khai", "01"], Access.PUBLIC),
        (["Công khai", "Hạn chế", "Công khai"], Access.CONDITIONAL),
        (["Hạn chế", "Công khai"], Access.CONDITIONAL),
        (["Công khai", "Mật"], Access.SECRET),
        ([], Access.CONDITIONAL),
    ],
)
def test_one_conditional_document_makes_its_case_file_conditional(modes: list[str], access: Access) -> None:
    assert strictest(modes) == access


def test_two_codes_that_look_alike_without_their_signs_get_two_names() -> None:
    codes = ("01/TH", "01-TH", "01 TH", "01.TH")
    assert len({package_name("lang-son", "000.00.01.H37", 2020, code, version=1) for code in codes}) == 4
