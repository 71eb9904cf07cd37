"""Loose documents become a case file of their own; what they do not say is not made up; somebody is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from sip_builders import members, zipped

from ingest.checks.catalogue import explain, rule
from ingest.delivery import Delivery
from ingest.finding import Severity
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.readers.sip_tailieu import taken_from

BATCH = {
    "fileCode": "000.00.05.H37.2025.01.0000001",
    "title": "Công văn đến quý III năm 2025",
    "source": "1",
    "totalDoc": "3",
}


def letter(n: int, day: str, **more: str) -> dict[str, str]:
    fields = {
        "docId": f"VB-{n}",
        "docCode": f"{BATCH['fileCode']}.{n:07d}",
        "typeName": "22",
        "issuedDate": day,
        "subject": f"Công văn số {n}",
        "maintenance": "06",
        "mode": "01",
        "language": "01",
    }
    return {**fields, **more}


LETTERS = (
    letter(1, "14/07/2025"),
    letter(2, "02/07/2025", maintenance="05", language="02"),
    letter(3, "30/09/2025", mode="02"),
)


def delivered(
    folder: Path,
    *,
    file: Mapping[str, str] = BATCH,
    docs: tuple[dict[str, str], ...] = LETTERS,
    type: str = "Collection",
    status: str = "NEW",
) -> Delivery:
    content = members(folder, file=file, documents=docs, type=type, record_status=status)
    return read(zipped(folder, content), folder / "in", Context(Limits()))


def test_it_becomes_a_case_file_described_by_its_documents(tmp_path: Path) -> None:
    delivery = delivered(tmp_path)
    assert (delivery.kind, delivery.standard) == ("SIP_tailieu", "TT05")
    fields = dict(delivery.fields)
    assert fields["FileCode"] == BATCH["fileCode"] and fields["Title"] == BATCH["title"]
    assert (fields["StartDate"], fields["EndDate"]) == ("02/07/2025", "30/09/2025")
    assert fields["Maintenance"] == "20 năm"  # the longest
    assert fields["Rights"] == "Sử dụng có điều kiện"  # the narrowest
    assert fields["Language"] == "Tiếng Việt; Tiếng Anh"
    assert (fields["TotalDoc"], fields["source"]) == ("3", "1")
    assert [len(document.files) for document in delivery.documents] == [1, 1, 1]


def test_an_archivist_is_told_what_was_taken_from_the_documents(tmp_path: Path) -> None:
    (finding,) = delivered(tmp_path).findings
    assert finding.code == "TAILIEU_AS_CASE" and rule(finding.code).severity is Severity.WARNING
    assert finding.params["fields"] == "EndDate, Language, Maintenance, Rights, StartDate"
    assert "StartDate" in explain(finding, "vi").text


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("issuedDate", {"StartDate", "EndDate"}),
        ("maintenance", {"Maintenance"}),
        ("mode", {"Rights"}),
        ("language", {"Language"}),
    ],
)
def test_what_one_document_leaves_open_is_not_made_up(name: str, without: set[str], tmp_path: Path) -> None:
    silent = {key: value for key, value in LETTERS[1].items() if key != name}
    delivery = delivered(tmp_path, docs=(LETTERS[0], silent, LETTERS[2]))
    assert not without & set(delivery.fields)


def test_a_day_that_does_not_exist_gives_no_period() -> None:
    assert "StartDate" not in taken_from([{"IssuedDate": "31/02/2025"}, {"IssuedDate": "01/03/2025"}])


def test_a_retention_nobody_can_compare_is_not_made_up() -> None:
    assert "Maintenance" not in taken_from([{"Maintenance": "10 năm"}, {"Maintenance": "Khác"}])
    assert taken_from([{"Maintenance": "10 năm"}, {"Maintenance": "Vĩnh viễn"}])["Maintenance"] == "Vĩnh viễn"


def test_the_secret_among_loose_documents_makes_the_whole_secret() -> None:
    assert taken_from([{"Mode": "Công khai"}, {"Mode": "Mật"}])["Rights"] == "Mật"


def test_source_tells_it_from_a_case_file_whatever_the_mets_says(tmp_path: Path) -> None:
    assert delivered(tmp_path, type="Mixed").kind == "SIP_tailieu"


def test_a_collection_without_source_is_read_and_told(tmp_path: Path) -> None:
    file = {name: value for name, value in BATCH.items() if name != "source"}
    delivery = delivered(tmp_path, file=file)
    assert delivery.kind == "SIP_tailieu"
    assert {finding.code for finding in delivery.findings} == {"TAILIEU_AS_CASE", "TAILIEU_SOURCE"}


def test_a_case_file_that_calls_itself_a_collection_stays_one(tmp_path: Path) -> None:
    file = {name: value for name, value in BATCH.items() if name != "source"} | {"maintenance": "01"}
    assert delivered(tmp_path, file=file).kind == "SIP_hoso"


def test_loose_documents_that_supplement_name_the_case_file_they_belong_to(tmp_path: Path) -> None:
    delivery = delivered(tmp_path, status="SUPPLEMENT")
    assert {finding.code for finding in delivery.findings} == {"TAILIEU_IN_CASE"}
    assert delivery.previous.file_code == BATCH["fileCode"]
