"""The catalogue and the profiles refuse what they do not know."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.checks.catalogue import CatalogueError, explain, load, rule, rules, table
from ingest.checks.regime import regime_of
from ingest.finding import Finding, Severity
from ingest.profiles.load import ProfileError, profile_for, profiles
from ingest.profiles.load import load as load_profiles

GOOD = """
[X1]
severity = "error"
clause = "{basis}"
text_vi = "Tệp {file}"
text_en = "File {file}"
remedy_vi = "Sửa"
remedy_en = "Mend"
"""


def _folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def test_a_finding_is_explained_with_its_params(tmp_path: Path) -> None:
    found = load(_folder(tmp_path, one=GOOD))["X1"]
    assert (found.severity, found.params, found.checked_by) == (Severity.ERROR, {"basis", "file"}, "one")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + 'colour = "red"\n', "colour"),
        (GOOD.replace('remedy_en = "Mend"\n', ""), "remedy_en"),
        (GOOD.replace('"error"', '"fatal"'), "severity"),
        (GOOD.replace("File {file}", "File {file.__class__}"), "plain param"),
        (GOOD.replace("File {file}", "File {file!r}"), "plain param"),
        (GOOD.replace('"Mend"', '""'), "remedy_en"),
        ("X1 = 3", "X1"),
        ("[X1", "not TOML"),
    ],
)
def test_a_wrong_catalogue_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=r"bad\.toml") as error:
        load(_folder(tmp_path, bad=text))
    assert said in str(error.value)


def test_a_code_in_two_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"already in a\.toml"):
        load(_folder(tmp_path, a=GOOD, b=GOOD))


def test_an_unknown_code_is_an_error_and_not_silence() -> None:
    with pytest.raises(CatalogueError, match="NO_SUCH"):
        rule("NO_SUCH")


def test_a_finding_without_the_params_its_text_needs_is_an_error() -> None:
    with pytest.raises(CatalogueError, match="'signature'"):
        explain(Finding("VIRUS", "a.pdf"))


def test_a_finding_reads_in_vietnamese_and_in_english() -> None:
    finding = Finding("VIRUS", "a.pdf", {"signature": "Tangthu.Test.EICAR"})
    assert explain(finding).text == "Tệp nhiễm mã độc: Tangthu.Test.EICAR."
    assert explain(finding, "en").text == "The file is infected: Tangthu.Test.EICAR."
    assert explain(finding).severity is Severity.BLOCKING


@pytest.mark.parametrize("code", sorted(rules()))
def test_both_languages_of_a_rule_name_the_same_params(code: str) -> None:
    one = rules()[code]
    names = {name: f"<{name}>" for name in one.params}
    told = [explain(Finding(code, "x", names), lang) for lang in ("vi", "en")]  # type: ignore[arg-type]
    shown = [{name for name in one.params if f"<{name}>" in t.text + t.remedy} for t in told]
    assert shown[0] == shown[1]


def test_the_table_has_a_line_for_every_rule() -> None:
    assert len(table().splitlines()) == len(rules()) + 2


def test_the_five_provinces_and_the_base_are_there() -> None:
    assert set(profiles()) == {"base", "lang-son", "ninh-binh", "an-giang", "gia-lai-so-tttt", "cao-bang"}


@pytest.mark.parametrize(
    ("agency", "level1", "day", "chosen", "expected"),
    [
        ("000.00.05.H37", "H37", date(2020, 7, 25), "", "lang-son"),
        ("000.00.05.H37", "H37", date(2020, 7, 24), "", "base"),  # before it was in force
        ("H42.01", "H42", date(2022, 6, 1), "", "ninh-binh"),
        ("000.00.01.H01", "H01", date(2018, 12, 16), "", "base"),
        ("000.00.01.H01", "H01", date(2018, 12, 17), "", "an-giang"),
        (
            "000.00.01.H33",
            "H33",
            date(2024, 1, 1),
            "",
            "base",
        ),  # merged into H01 in 2025, never under its text
        ("000.00.01.H08", "H08", date(2024, 1, 1), "gia-lai-so-tttt", "base"),
        ("000.00.09.H14", "H14", date(2021, 5, 15), "", "cao-bang"),
        (
            "000.00.11.H21",
            "H21",
            date(2013, 1, 1),
            "",
            "base",
        ),  # binds one department, and none is configured
        ("000.00.11.H21", "H21", date(2013, 1, 1), "gia-lai-so-tttt", "gia-lai-so-tttt"),
        ("G09.01", "G09", date(2024, 1, 1), "", "base"),
    ],
)
def test_a_profile_is_chosen_by_agency_and_date(
    agency: str, level1: str, day: date, chosen: str, expected: str
) -> None:
    assert profile_for(agency, level1, day, chosen=chosen).id == expected


BASE = """
id = "base"
[legal]
number = ""
title_vi = "x"
state = "base"
in_force = 1900-01-01
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BASE + "[file]\nclause = 'x'\nmax_size = 3\n", "max_size"),
        (BASE + "[colour]\nclause = 'x'\n", "colour"),
        (BASE + "[file]\nmax_bytes = 3\n", "clause"),
        (BASE.replace('"base"', '"basis"', 1), "file's name"),
    ],
)
def test_a_wrong_profile_is_refused_by_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProfileError, match=r"base\.toml") as error:
        load_profiles(_folder(tmp_path, base=text))
    assert said in str(error.value)


def test_profiles_without_base_rules_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"no base\.toml"):
        load_profiles(tmp_path)


def test_a_regulation_that_is_silent_about_formats_has_the_base_rule() -> None:
    own = profiles()
    assert own["gia-lai-so-tttt"].formats == own["base"].formats


@pytest.mark.parametrize(
    ("day", "regime"), [(date(2025, 6, 30), "R1"), (date(2025, 7, 1), "R2"), (date(1976, 1, 1), "R1")]
)
def test_the_day_the_work_ended_decides_the_regime(day: date, regime: str) -> None:
    assert regime_of(day) == regime
