"""Code lists and identifiers, with the examples the sources print."""

from __future__ import annotations

import pytest

from archive.codes.identifiers import CaseCode, is_agency_code, level1_of, parse_case_code
from archive.codes.load import TABLES, CodeTableError, level1_codes, table


@pytest.mark.parametrize(
    ("name", "rows"), [("type-name", 32), ("language", 11), ("maintenance", 7), ("use-mode", 3)]
)
def test_a_list_has_the_codes_the_circular_gives(name: str, rows: int) -> None:
    assert [entry.code for entry in table(name).entries] == [f"{n:02}" for n in range(1, rows + 1)]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_found_by_its_code_name_and_other_spellings(name: str) -> None:
    for entry in table(name).entries:
        for spelling in (entry.code, entry.name, entry.name.upper(), *entry.also):
            assert not spelling or table(name).find(spelling) is entry


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("type-name", "công  VĂN", "22"),
        ("type-name", "Co\u0302ng va\u0306n", "22"),  # accents apart, as some systems send them
        ("maintenance", "20 năm", "05"),
        ("use-mode", "Mật", "03"),
        ("use-mode", "Mặt", None),
        ("confidence", "Bản số hoá", "02"),
        ("confidence", "Bản chính", None),
        ("language", "tiếng việt", "01"),
    ],
)
def test_a_text_has_the_code_of_its_row(name: str, value: str, code: str | None) -> None:
    assert table(name).code_of(value) == code


def test_an_unknown_list_is_an_error() -> None:
    with pytest.raises(CodeTableError, match="smell"):
        table("smell")


def test_merged_provinces_are_closed_and_name_their_successor() -> None:
    codes = level1_codes()
    assert (codes["H33"].state, codes["H33"].successor) == ("closed", "H01")
    assert sum(code.startswith("H") for code in codes) == 63
    assert sum(c.state == "active" for code, c in codes.items() if code.startswith("H")) == 34


@pytest.mark.parametrize(
    "code",
    ["000.06.16.G09", "000.00.00.H53", "G12", "G09.01", "H37.02.02", "H37.DN.001", "020100107370", "Z01abc"],
)
def test_a_lawful_agency_code_is_known(code: str) -> None:
    assert is_agency_code(code)


@pytest.mark.parametrize("code", ["28.22.H17", "999.010.01.H22", "vxp.saas.03", "h37", "", "H37." + "1" * 40])
def test_what_lies_outside_the_four_shapes_is_not_an_agency_code(code: str) -> None:
    assert not is_agency_code(code)


@pytest.mark.parametrize(
    ("value", "level1"),
    [
        ("000.00.05.H37", "H37"),
        ("H37.02.02", "H37"),
        ("H37", "H37"),
        ("000.00.01.H01-2019.15", "H01"),
        ("000.00.00.G22,2015/09/30,7816/VPCP-TTĐT", "G22"),
        ("H49.64.33.2001.160", "H49"),
        ("001.03.08.H30.81.2024.K4.01.01", "H30"),
        ("7d2e-uuid", None),
        ("", None),
    ],
)
def test_the_level_1_code_is_read_off_the_head_of_an_identifier(value: str, level1: str | None) -> None:
    assert level1_of(value) == level1


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("000.06.16.G09.2010.01.TH", CaseCode("000.06.16.G09", 2010, "01.TH")),
        ("000.00.00.H01.2018.01TH", CaseCode("000.00.00.H01", 2018, "01TH")),
        ("H49.64.33.2001.160", CaseCode("H49.64.33", 2001, "160")),
        ("001.03.08.H30.81.2024.K4.01.01", None),
        ("01.TH", None),
    ],
)
def test_a_case_file_code_is_taken_apart(value: str, parts: CaseCode | None) -> None:
    assert parse_case_code(value) == parts
