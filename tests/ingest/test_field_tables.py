"""The field tables against rows copied by hand from the notes, and dates and lengths over many values."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from check_builders import File, a_good_case
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.catalogue import explain, rule
from ingest.checks.dates import format_date, parse_date
from ingest.checks.description import check_fonds
from ingest.checks.fields import (
    DOCUMENT_FIELDS,
    FILE_FIELDS,
    FONDS_FIELDS,
    MEDIA_FIELDS,
    PHOTO_FIELDS,
    Field,
    Kind,
    canonical,
)
from ingest.finding import Finding
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


FONDS_ROWS = {
    "Identifier": ("1", Kind.STRING, 13),
    "OrganId": ("2", Kind.STRING, 13),
    "FondName": ("3", Kind.STRING, 200),
    "FondHistory": ("4", Kind.STRING, 0),
    "ArchivesTime": ("5", Kind.STRING, 30),
    "PaperTotal": ("6", Kind.NUMBER, 10),
    "PaperDigital": ("7", Kind.NUMBER, 10),
    "KeyGroups": ("8", Kind.STRING, 300),
    "OtherTypes": ("9", Kind.STRING, 300),
    "Language": ("10", Kind.STRING, 100),
    "LookupTools": ("11", Kind.STRING, 50),
    "CopyNumber": ("12", Kind.NUMBER, 10),
    "Description": ("13", Kind.STRING, 1000),
}
PHOTO_ROWS = {
    "Identifier": ("1", 13),
    "ArchivesNumber": ("2", 50),
    "InforSign": ("3", 30),
    "EventName": ("4", 500),
    "ImageTitle": ("5", 500),
    "Description": ("6", 500),
    "Photographer": ("7", 300),
    "PhotoPlace": ("8", 300),
    "PhotoTime": ("9", 0),
    "Colour": ("10", 50),
    "FilmSize": ("11", 5),
    "DocAttached": ("12", 300),
    "Mode": ("13", 20),
    "Format": ("14", 50),
}
MEDIA_ROWS = {
    "Identifier": ("1", 13),
    "ArchivesNumber": ("2", 50),
    "InforSign": ("3", 30),
    "EventName": ("4", 500),
    "MovieTitle": ("5", 500),
    "Description": ("6", 500),
    "Recorder": ("7", 300),
    "RecordPlace": ("8", 300),
    "RecordDate": ("9", 0),
    "Language": ("10", 100),
    "PlayTime": ("11", 8),
    "DocAttached": ("12", 300),
    "Mode": ("13", 20),
    "Quality": ("14", 50),
    "Format": ("15", 50),
}
FILE_05 = {
    "fileCode",
    "title",
    "maintenance",
    "mode",
    "language",
    "startDate",
    "endDate",
    "keyword",
    "totalDoc",
    "numberOfPaper",
    "numberOfPage",
    "format",
    "inforSign",
    "confidenceLevel",
    "paperFileCode",
    "riskRecovery",
    "riskRecoveryStatus",
    "description",
}
DOCUMENT_05 = {
    "docId",
    "docCode",
    "maintenance",
    "typeName",
    "codeNumber",
    "codeNotation",
    "issuedDate",
    "organName",
    "subject",
    "language",
    "numberOfPage",
    "inforSign",
    "keyword",
    "mode",
    "confidenceLevel",
    "autograph",
    "format",
    "riskRecovery",
    "riskRecoveryStatus",
    "process",
    "description",
}


def test_the_fonds_table_has_the_circulars_rows() -> None:
    assert {f.short: (f.number, f.kind, f.length) for f in FONDS_FIELDS} == FONDS_ROWS


@pytest.mark.parametrize(("table", "rows"), [(PHOTO_FIELDS, PHOTO_ROWS), (MEDIA_FIELDS, MEDIA_ROWS)])
def test_the_photo_and_film_tables_have_the_circulars_rows(
    table: tuple[Field, ...], rows: dict[str, tuple[str, int]]
) -> None:
    assert {f.short: (f.number, f.length) for f in table if f.number} == rows
    assert {f.length_grade for f in table if f.number} == {"C"}


def test_the_tables_of_the_new_circular_are_complete() -> None:
    assert {f.name_05 for f in FILE_FIELDS if f.name_05} == FILE_05
    # fileCode and docOrdinal are not among the 21 fields, vendors write them.
    found = {f.name_05 for f in DOCUMENT_FIELDS if f.name_05} - {"fileCode", "docOrdinal"}
    assert found == DOCUMENT_05


def test_no_field_is_said_to_be_required_by_law() -> None:
    for code in ("V09_REQUIRED", "V09_ADVISED", "V09_DEPENDENT"):
        clause = explain(Finding(code, "x", dict.fromkeys(rule(code).params, "chưa đối chiếu"))).clause
        assert "chính sách của kho lưu trữ" in clause or "chưa đối chiếu" in clause


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"OrganId": "000.00.05.H37", "FondName": "Phông Sở Nội vụ", "PaperTotal": "120"}, []),
        ({"OrganId": "000.00.05.H37"}, ["V09_REQUIRED"]),
        ({"OrganId": "000.00.05.H37.1", "FondName": "x", "CopyNumber": "ít"}, ["V09_LENGTH", "V09_NUMBER"]),
    ],
)
def test_a_fonds_is_checked_by_its_table(fields: dict[str, str], codes: list[str]) -> None:
    found = check_fonds(fields)
    assert [finding.code for finding in found] == codes
    assert all(explain(finding).text for finding in found)


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
