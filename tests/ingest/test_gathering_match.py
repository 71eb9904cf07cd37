"""A document described without a file finds its message, or a finding says why not; never a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ingest.checks.catalogue import explain
from ingest.gateway.edxml import Kind, Message
from ingest.gathering.document import fields_of, type_name
from ingest.gathering.match import Waiting, Wanted, match, same_organ, wanted_of

DAY = date(2024, 5, 3)
LETTER = Waiting("s1", "000.00.05.H37,2024/05/03,12/BC-SNV", "12", "BC-SNV", DAY, "Sở Nội vụ tỉnh Lạng Sơn")
WANTED = Wanted(1, "", "12", "BC-SNV", DAY, "Sở Nội vụ tỉnh Lạng Sơn")


def codes(wanted: list[Wanted], waiting: list[Waiting]) -> list[str]:
    result = match(wanted, waiting)
    for finding in result.findings:
        for lang in ("vi", "en"):
            assert explain(finding, lang).remedy  # type: ignore[arg-type]
    return [finding.code for finding in result.findings]


@pytest.mark.parametrize(
    "wanted",
    [
        WANTED,
        replace(WANTED, number="012"),
        replace(WANTED, notation="bc-snv"),
        replace(WANTED, notation="/BC-SNV"),
        replace(WANTED, organ_name="Sở Nội vụ"),
        replace(WANTED, organ_name="SỞ  NỘI VỤ"),
        replace(WANTED, organ_name=""),
        Wanted(1, LETTER.document_id, "", "", None, ""),
        replace(
            WANTED, document_id="000.00.05.H37.2024.01.0000001"
        ),  # an archive's own code, no message has it
        Wanted(1, LETTER.document_id, "99", "XX", date(2000, 1, 1), "Sở khác"),  # the id is stronger
    ],
)
def test_a_document_finds_its_message(wanted: Wanted) -> None:
    others = [
        replace(LETTER, submission_id="s2", document_id="x", number="13"),
        replace(LETTER, submission_id="s3", document_id="y", issued_on=date(2024, 5, 4)),
        replace(LETTER, submission_id="s4", document_id="z", notation="BC-STC"),
    ]
    assert match([wanted], [*others, LETTER]).found == {1: "s1"}


@pytest.mark.parametrize(
    ("wanted", "waiting", "code"),
    [
        (WANTED, [], "GATHER_MISSING"),
        (WANTED, [replace(LETTER, issued_on=date(2024, 5, 4))], "GATHER_MISSING"),
        (WANTED, [replace(LETTER, issued_on=None)], "GATHER_MISSING"),
        (WANTED, [LETTER, replace(LETTER, submission_id="s2", document_id="x")], "GATHER_AMBIGUOUS"),
        (replace(WANTED, organ_name="Sở Tài chính"), [LETTER], "GATHER_OTHER_AGENCY"),
        (WANTED, [replace(LETTER, taken=True)], "GATHER_TAKEN"),
        (Wanted(1, LETTER.document_id, "", "", None, ""), [replace(LETTER, taken=True)], "GATHER_TAKEN"),
    ],
)
def test_what_is_not_certain_is_a_finding(wanted: Wanted, waiting: list[Waiting], code: str) -> None:
    assert match([wanted], waiting).found == {}
    assert codes([wanted], waiting) == [code]


def test_one_message_is_one_document() -> None:
    result = match([WANTED, replace(WANTED, ordinal=2)], [LETTER])
    assert result.found == {1: "s1"}
    assert [(finding.code, finding.document) for finding in result.findings] == [("GATHER_TAKEN", 2)]


def test_only_what_has_not_come_counts_as_missing() -> None:
    waiting = [LETTER, replace(LETTER, submission_id="s2", document_id="x")]
    assert match([WANTED, replace(WANTED, ordinal=2, number="77")], waiting).missing == 1


def test_a_finding_names_the_document() -> None:
    (finding,) = match([WANTED], []).findings
    assert finding.place == "document 1"
    assert "12/BC-SNV" in explain(finding).text
    assert "03/05/2024" in explain(finding).text


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"CodeNumber": "12", "IssuedDate": "03/05/2024"}, True),
        ({"DocCode": "x"}, True),
        ({"CodeNumber": "12"}, False),
        ({"CodeNumber": "12", "IssuedDate": "31/02/2024"}, False),
        ({"Subject": "x"}, False),
    ],
)
def test_a_description_names_a_message_or_does_not(fields: dict[str, str], named: bool) -> None:
    assert wanted_of(1, fields).named is named


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Sở Nội vụ", "Sở Nội vụ tỉnh Lạng Sơn", True),
        ("UBND xã Bình An", "UBND xã Bình Ân", False),
        ("Ban", "Ban quản lý", True),
        ("Ban", "Bank", False),
        ("", "Sở Nội vụ", True),
    ],
)
def test_agency_names_are_compared_by_words(one: str, other: str, same: bool) -> None:
    assert same_organ(one, other) is same
    assert same_organ(other, one) is same


@pytest.mark.parametrize(
    ("said", "notation", "kind"),
    [
        ("Công văn", "SNV-VTLT", "Công văn"),
        ("công  văn", "SNV-VTLT", "Công văn"),
        ("Văn bản điện tử mới", "BC-STTTT", "Báo cáo"),
        ("", "QĐ-UBND", "Quyết định"),
        ("", "SNV-VTLT", "Khác"),
        ("71", "TTr-SNV", "Tờ trình"),
        ("Khác", "KH-UBND", "Kế hoạch"),
    ],
)
def test_the_kind_of_document_is_told_by_name_then_by_notation(said: str, notation: str, kind: str) -> None:
    assert type_name(said, notation) == kind


def test_a_message_fills_the_fields_of_the_law() -> None:
    message = Message(
        kind=Kind.DOCUMENT, sender="H37.02", sender_name="Sở Nội vụ", receivers=("x",), number="12",
        notation="BC-SNV", issued=DAY, type_name="Báo cáo", subject="Về việc", signer_post="", signer_name="",
        bussiness=0, document_id="d", pages=0,
    )  # fmt: skip
    assert fields_of(message) == {
        "CodeNumber": "12",
        "CodeNotation": "BC-SNV",
        "IssuedDate": "03/05/2024",
        "OrganName": "Sở Nội vụ",
        "Subject": "Về việc",
        "TypeName": "Báo cáo",
    }
    assert fields_of(replace(message, pages=7))["PageAmount"] == "7"
