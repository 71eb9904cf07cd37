"""The format policy: who has the last word, and that what no rule names is refused."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.cli import load as commands
from archive.errors import SettingsError
from archive.reason import told
from ingest.delivery import FileFacts, MediaFacts
from ingest.formats.convert import refusal
from ingest.formats.derivative import UNSUPPORTED
from ingest.formats.flavour import TARGETS
from ingest.formats.identify import PDF
from ingest.formats.libreoffice import FAMILIES
from ingest.formats.policy import BASE, load, policy_for

OWN = """
target = "3b"

[[rule]]
name = "docx"
title = "Word"
puids = ["fmt/412"]
action = "refuse"
why_vi = "hãy gửi PDF"
why_en = "send PDF"
clause = "chính sách của kho"

[profile.lang-son]
target = "2u"

[agency."000.01.05.H37"]
target = "1b"

[[agency."000.01.05.H37".rule]]
name = "word again"
title = "Word"
puids = ["fmt/412"]
action = "convert"
tool = "libreoffice"
why_vi = "được thỏa thuận"
why_en = "agreed"
clause = "thỏa thuận nộp lưu"
"""


def a_file(puid: str, media_type: str = "application/octet-stream") -> FileFacts:
    return FileFacts("0" * 64, puid, media_type, ())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(OWN, "utf-8")
    return path


def test_our_policy_makes_2b_and_no_identifier_is_in_two_rules() -> None:
    rules = load(BASE).rule
    assert policy_for().target == "2b"
    assert [
        puid for puid, times in Counter(p for rule in rules for p in rule.puids).items() if times > 1
    ] == []
    assert len({rule.name for rule in rules}) == len(rules)


def test_every_rule_has_its_reason_in_both_languages_and_its_clause() -> None:
    for rule in policy_for().rules:
        assert rule.why_vi and rule.why_en and rule.clause, rule.name
        assert rule.why_vi != rule.why_en


@pytest.mark.parametrize("puid", ["fmt/99999", "UNKNOWN", "", "x-fmt/430", "fmt/523"])
def test_what_no_rule_names_and_what_a_rule_refuses_goes_back(puid: str) -> None:
    refused = refusal(a_file(puid), policy_for())
    assert refused is not None
    assert refused[0] == UNSUPPORTED


def test_a_refusal_says_why_in_the_language_of_the_reader() -> None:
    refused = refusal(a_file("x-fmt/430"), policy_for())
    assert refused is not None
    assert told(refused[1], "vi") == (
        "chính sách định dạng không nhận Outlook message (.msg): hãy lưu thư ở dạng .eml"
    )
    assert (
        told(refused[1], "en") == "the format policy refuses Outlook message (.msg): save the message as .eml"
    )


def test_a_film_in_place_of_a_text_cannot_become_pages() -> None:
    film = FileFacts(
        "0" * 64, "fmt/5", "video/x-msvideo", ("avi",), media=MediaFacts("film", "AVI", "", 2000, 5)
    )
    refused = refusal(film, policy_for())
    assert refused is not None
    assert refused[0] == UNSUPPORTED


def test_a_pdf_whose_version_cannot_be_told_is_tried_as_a_pdf() -> None:
    assert refusal(a_file("UNKNOWN", PDF), policy_for()) is None


def test_every_office_format_of_the_policy_can_be_printed() -> None:
    assert {rule.name for rule in policy_for().rules if rule.tool == "libreoffice"} == {
        "doc", "docx", "odt", "rtf", "txt", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp",
    }  # fmt: skip
    assert len(FAMILIES) == 12


@pytest.mark.parametrize(
    ("profile", "agency", "target", "action"),
    [
        ("", "", "3b", "refuse"),
        ("lang-son", "", "2u", "refuse"),
        ("lang-son", "000.01.05.H37", "1b", "convert"),
        ("cao-bang", "000.00.01.H14", "3b", "refuse"),
    ],
)
def test_an_agency_has_the_last_word_then_its_regulation_then_the_deployment(
    own: Path, profile: str, agency: str, target: str, action: str
) -> None:
    policy = policy_for(profile, agency, own=own)
    rule = policy.rule_for(a_file("fmt/412"))
    assert rule is not None
    assert (policy.target, rule.action) == (target, action)
    assert (kept := policy.rule_for(a_file("fmt/276"))) is not None
    assert kept.tool == "pdf"  # what the deployment does not speak of is ours


@pytest.mark.parametrize(
    "text",
    [
        'target = "4"',
        'colour = "red"',
        OWN.replace('action = "refuse"', 'action = "convert"'),
        OWN.replace("fmt/412", "docx"),
        "not toml",
    ],
)
def test_a_policy_that_says_something_unknown_is_refused(own: Path, text: str) -> None:
    own.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="not a format policy"):
        policy_for(own=own)


def test_a_profile_nobody_knows_is_refused_and_the_known_ones_are_named(own: Path) -> None:
    own.write_text(OWN.replace("[profile.lang-son]", "[profile.langson]"), "utf-8")
    with pytest.raises(SettingsError, match=r"langson: no such profile; known: .*cao-bang.*lang-son"):
        policy_for(own=own)


@pytest.mark.parametrize("code", ["lang-son", "000.01.05", "000.01.05.H37 "])
def test_an_agency_that_has_no_agency_code_is_refused(own: Path, code: str) -> None:
    own.write_text(OWN.replace("000.01.05.H37", code), "utf-8")
    with pytest.raises(SettingsError, match=f"{code}: not an agency code"):
        policy_for(own=own)


def test_both_forms_of_agency_code_are_taken(own: Path) -> None:
    own.write_text(OWN.replace("000.01.05.H37", "H37.02.02"), "utf-8")
    assert policy_for(agency="H37.02.02", own=own).target == "1b"


def test_a_policy_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="format_policy"):
        policy_for(own=tmp_path / "none.toml")


def test_a_changed_policy_holds_at_once(own: Path) -> None:
    assert policy_for(own=own).target == "3b"
    own.write_text('target = "2u"', "utf-8")
    assert policy_for(own=own).target == "2u"


def test_the_policy_is_listed(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__FORMAT_POLICY", str(own))
    app = commands()
    told_ = json.loads(CliRunner().invoke(app, ["formats", "--profile", "lang-son", "--json"]).stdout)
    assert told_["target"] == "2u"
    (word,) = [rule for rule in told_["rules"] if "fmt/412" in rule["puids"]]
    assert (word["action"], word["why_en"]) == ("refuse", "send PDF")
    text = CliRunner().invoke(app, ["formats"]).stdout
    assert "định dạng không có trong danh sách bị từ chối" in text
    assert all(puid in text for puid in ("fmt/276", "fmt/950", "x-fmt/430"))


def test_targets_are_what_verapdf_and_pronom_call_them() -> None:
    assert {one.flavour: one.puid for one in TARGETS.values()} == {
        "1b": "fmt/354",
        "2b": "fmt/477",
        "2u": "fmt/478",
        "3b": "fmt/480",
    }
