"""The field tables against rows copied by hand from the notes, and dates and lengths over many values."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from check_builders import File, a_good_case
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.catalogue import explain
from ingest.checks.dates import format_date, parse_date
from ingest.checks.fields import DOCUMENT_FIELDS, FILE_FIELDS, Field, Kind, canonical
from ingest.profiles.load import profiles

FILE_ROWS = {
    "FileCode": ("1", Kind.STRING, 30, "B"),
    "Identifier": ("1.1", Kind.STRING, 13, "B"),
    "OrganId": ("1.2", Kind.STRING, 13, "B"),
    "FileCatalog": ("1.3", Kind.NUMBER, 4, "B"),
    "FileNotation": ("1.4", Kind.STRING, 20, "B"),
    "Title": ("2", Kind.STRING, 1000, "B"),
    "Maintenance": ("3", Kind.STRING, 100, "C"),
    "Rights": ("4", Kind.STRING, 30, "B"),
    "Language": ("5", Kind.STRING, 100, "C"),
    "StartDate": ("6", Kind.DATE, 0, "B"),
    "EndDate": ("7", Kind.DATE, 0, "B"),
    "TotalDoc": ("8", Kind.NUMBER, 10, "B"),
    "Description": ("9", Kind.STRING, 2000, "B"),
    "InforSign": ("10", Kind.STRING, 30, "B"),
    "Keyword": ("11", Kind.STRING, 100, "B"),
    "SheetNumber": ("12", Kind.NUMBER, 10, "C"),
    "PageNumber": ("13", Kind.NUMBER, 10, "B"),
    "Format": ("14", Kind.STRING, 50, "C"),
}
DOCUMENT_ROWS = {
    "DocCode": ("1", 25),
    "FileCode": ("2", 30),
    "Identifier": ("2.1", 13),
    "OrganId": ("2.2", 13),
    "FileCatalog": ("2.3", 4),
    "FileNotation": ("2.4", 20),
    "DocOrdinal": ("3", 4),
    "TypeName": ("4", 100),
    "CodeNumber": ("5", 11),
    "CodeNotation": ("6", 30),
    "IssuedDate": ("7", 0),
    "OrganName": ("8", 200),
    "Subject": ("9", 500),
    "Language": ("10", 100),
    "PageAmount": ("11", 4),
    "Description": ("12", 500),
    "InforSign": ("13", 30),
    "Keyword": ("14", 100),
    "Mode": ("15", 20),
    "ConfidenceLevel": ("16", 30),
    "Autograph": ("17", 2000),
    "Format": ("18", 50),
}


def test_the_file_table_has_the_circulars_rows() -> None:
    assert {
        f.short: (f.number, f.kind, f.length, f.length_grade) for f in FILE_FIELDS if f.number
    } == FILE_ROWS


def test_the_document_table_has_the_circulars_rows() -> None:
    assert {f.short: (f.number, f.length) for f in DOCUMENT_FIELDS if f.number} == DOCUMENT_ROWS


@pytest.mark.parametrize(
    "row", [f for f in FILE_FIELDS if f.kind is Kind.STRING and not f.codes], ids=lambda f: f.short
)
def test_a_text_of_the_longest_length_passes_and_one_more_does_not(row: Field) -> None:
    for standard, longest in (("TT02", row.longest("TT02")), ("TT05", row.longest("TT05"))):
        for extra, wrong in ((0, False), (1, True)):
            case = a_good_case().saying(**{row.short: "x" * (longest + extra)})
            case = type(case)(**{**case.__dict__, "standard": standard})
            found = [f for f in case.findings() if f.code == "V09_LENGTH"]
            assert bool(found) is wrong, (standard, longest + extra)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_real_day_written_as_dd_mm_yyyy_is_read_back(day: date) -> None:
    assert parse_date(format_date(day)) == day


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999))
def test_a_text_is_a_date_only_if_the_calendar_has_that_day(day: int, month: int, year: int) -> None:
    read = parse_date(f"{day:02}/{month:02}/{year:04}")
    if read is None:
        with pytest.raises(ValueError):
            date(year, month, day)
    else:
        assert (read.day, read.month, read.year) == (day, month, year)


@pytest.mark.parametrize(
    "text", ["", "1/2/2020", "2020-02-01", "31/02/2020", "29/02/2021", "00/01/2020", "01/01/20", "٠١/٠١/٢٠٢٠"]
)
def test_what_is_not_dd_mm_yyyy_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=12))
def test_a_number_field_takes_ascii_digits_alone(text: str) -> None:
    value = text.strip()
    found = "V09_NUMBER" in a_good_case().saying(TotalDoc=text).codes()
    assert found is (value != "" and not (value.isascii() and value.isdigit()))


def test_names_that_software_spells_otherwise_are_put_right() -> None:
    sent = {"Organld": " H37 ", "DocTotal": "3", "PageTotal": "9", "TotalPaper": "4", "Odd": "x"}
    assert canonical(sent) == {
        "OrganId": "H37",
        "TotalDoc": "3",
        "PageNumber": "9",
        "SheetNumber": "4",
        "Odd": "x",
    }


def test_the_right_name_wins_over_a_misspelt_one() -> None:
    assert canonical({"Organld": "H01", "OrganId": "H37"}) == {"OrganId": "H37"}


@pytest.mark.parametrize("value", ["Vĩnh viễn", "01", "10 năm", "70 năm", "5 năm", "05 Năm"])
def test_a_retention_period_in_use_is_taken(value: str) -> None:
    assert a_good_case().saying(Maintenance=value).codes() == []


@pytest.mark.parametrize("value", ["71 năm", "mười năm", "10"])
def test_a_strange_retention_period_is_pointed_out(value: str) -> None:
    assert a_good_case().saying(Maintenance=value).codes() == ["V09_UNUSUAL"]


def test_several_languages_are_told_apart_by_semicolons() -> None:
    assert a_good_case().saying(Language="Tiếng Việt; Tiếng Anh").codes() == []
    assert a_good_case().saying(Language="Tiếng Việt; Klingon").codes() == ["V09_UNUSUAL"]


ANY_FIELD = st.sampled_from(
    [f.short for f in FILE_FIELDS] + [f.short for f in DOCUMENT_FIELDS] + ["Status", "Odd"]
)
ANY_FIELDS = st.dictionaries(
    ANY_FIELD, st.text(max_size=40) | st.sampled_from(["Mật", "01/01/2020", "H37.2020.1", "03"])
)


@settings(deadline=None)
@given(
    ANY_FIELDS,
    ANY_FIELDS,
    st.text(max_size=60),
    st.sampled_from(sorted(profiles())),
    st.sampled_from(["TT02", "TT05"]),
)
def test_whatever_is_sent_the_findings_are_complete_and_explain_themselves(
    of_file: dict[str, str], of_document: dict[str, str], name: str, profile: str, standard: str
) -> None:
    case = (
        replace(a_good_case(), profile=profile, standard=standard).saying(**of_file).document(**of_document)
    )
    for finding in case.files(File(name, text=name)).findings():
        for lang in ("vi", "en"):
            assert explain(finding, lang).text  # type: ignore[arg-type]


def test_accents_sent_apart_make_no_text_longer_and_no_value_strange() -> None:
    apart = {name: unicodedata.normalize("NFD", value) for name, value in a_good_case().fields.items()}
    assert a_good_case().saying(**apart).codes() == []
    assert a_good_case().saying(Keyword=unicodedata.normalize("NFD", "ệ" * 100)).codes() == []
