"""What comes of a returned delivery and of what is sent again; mend packages written and read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.mending import package
from ingest.mending.amendment import AmendedDocument, Amendment, amended, from_package


def a_file(name: str) -> DeliveredFile:
    return DeliveredFile(name, Path("/nowhere") / name, 1, name.ljust(64, "0"))


def a_document(number: int, *, files: tuple[str, ...] = (), **fields: str) -> DeliveredDocument:
    said = {"DocCode": f"H.2020.{number:04d}", "Subject": f"văn bản {number}", **fields}
    return DeliveredDocument(f"EAD_doc_{number}.xml", said, tuple(map(a_file, files or (f"{number}.pdf",))))


def a_delivery(
    *documents: DeliveredDocument, status: str = "NEW", findings: tuple[Finding, ...] = (), **fields: str
) -> Delivery:
    return Delivery("TT02", "uuid-1", status, "", "", fields, documents, (a_file("METS.xml"),), findings)


EARLIER = a_delivery(a_document(1), a_document(2), a_document(3), FileCode="H.2020.01", TotalDoc="4")


def test_a_document_sent_again_takes_its_place_and_the_others_stay() -> None:
    new = AmendedDocument(2, {"Subject": "đã sửa"}, (a_file("moi.pdf"),))
    whole = amended(EARLIER, Amendment({"TotalDoc": "3"}, (new,)))
    assert [document.fields["Subject"] for document in whole.documents] == [
        "văn bản 1",
        "đã sửa",
        "văn bản 3",
    ]
    assert [file.name for document in whole.documents for file in document.files] == [
        "1.pdf",
        "moi.pdf",
        "3.pdf",
    ]
    assert whole.documents[1].fields["DocCode"] == "H.2020.0002"
    assert whole.fields == {"FileCode": "H.2020.01", "TotalDoc": "3"}
    assert whole.record_status == "NEW"


def test_only_a_field_is_mended_and_the_file_stays() -> None:
    whole = amended(EARLIER, Amendment(documents=(AmendedDocument(1, {"Subject": "x"}),)))
    assert whole.documents[0].files == EARLIER.documents[0].files


def test_findings_about_what_was_sent_again_are_gone_and_the_others_stay() -> None:
    old = (Finding("SIP_HASH", "2.pdf"), Finding("SIP_HASH", "3.pdf"), Finding("SIP_DOC_NO_FILE", "x", {}, 2))
    earlier = a_delivery(a_document(1), a_document(2), a_document(3), findings=old)
    whole = amended(earlier, Amendment(documents=(AmendedDocument(2, {}, (a_file("moi.pdf"),)),)))
    assert whole.findings == (Finding("SIP_HASH", "3.pdf"),)


def test_what_was_wrong_with_a_file_stays_when_only_the_fields_of_its_document_are_sent_again() -> None:
    old = (Finding("SIP_HASH", "2.pdf", {}, 2), Finding("V09_REQUIRED", "document 2 / Subject", {}, 2))
    earlier = a_delivery(a_document(1), a_document(2), findings=old)
    fields_only = amended(earlier, Amendment(documents=(AmendedDocument(2, {"Subject": "đã sửa"}),)))
    assert fields_only.findings == (old[0],)
    with_file = amended(earlier, Amendment(documents=(AmendedDocument(2, {}, (a_file("moi.pdf"),)),)))
    assert with_file.findings == ()


def test_a_document_that_was_not_there_is_said() -> None:
    whole = amended(EARLIER, Amendment(documents=(AmendedDocument(9, {"Subject": "x"}),)))
    assert [finding.code for finding in whole.findings] == ["MEND_UNMATCHED"]
    assert len(whole.documents) == 3


@pytest.mark.parametrize(
    "sent, ordinal",
    [
        (a_document(3), 3),
        (DeliveredDocument("e", {"DocCode": " h.2020.0002 "}, ()), 2),
        (DeliveredDocument("e", {"Subject": "văn bản 2"}, ()), 0),  # an abstract is no identity
        (a_document(9), 0),
    ],
)
def test_a_document_of_a_package_is_told_by_its_code(sent: DeliveredDocument, ordinal: int) -> None:
    found = from_package(a_delivery(sent, status="SUPPLEMENT"), EARLIER)
    assert [document.ordinal for document in found.documents] == [ordinal]


def test_number_notation_and_date_tell_it_where_there_is_no_code() -> None:
    fields = {"CodeNumber": "31", "CodeNotation": "QĐ-UBND", "IssuedDate": "11/07/2020"}
    before = DeliveredDocument("a", fields, (a_file("a.pdf"),))
    other = DeliveredDocument("b", {**fields, "CodeNumber": "32"}, (a_file("b.pdf"),))
    sent = DeliveredDocument("c", {**fields, "Subject": "mới"}, (a_file("c.pdf"),))
    found = from_package(a_delivery(sent, status="REPLACEMENT"), a_delivery(other, before))
    assert [document.ordinal for document in found.documents] == [2]


def test_two_documents_of_one_code_tell_nothing() -> None:
    twice = a_delivery(a_document(1), a_document(1))
    found = from_package(a_delivery(a_document(1), status="REPLACEMENT"), twice)
    assert found.documents == ()
    assert [finding.code for finding in found.findings] == ["MEND_UNMATCHED"]


def test_a_replacement_brings_no_new_document_and_a_supplement_does() -> None:
    replacing = from_package(a_delivery(a_document(9), status="REPLACEMENT"), EARLIER)
    assert [finding.code for finding in replacing.findings] == ["MEND_UNMATCHED"]
    adding = amended(EARLIER, from_package(a_delivery(a_document(9), status="SUPPLEMENT"), EARLIER))
    assert len(adding.documents) == 4
    assert adding.findings == ()


def a_package(tmp_path: Path, description: str | None, **files: bytes) -> Path:
    target = tmp_path / "mend.zip"
    with zipfile.ZipFile(target, "w") as sink:
        for name, data in files.items():
            sink.writestr(name, data)
        if description is not None:
            sink.writestr(package.DESCRIPTION, description)
    return target


def test_what_is_written_is_read_again(house: Path) -> None:
    target = house / "mend.zip"
    with target.open("wb") as sink:
        package.write(
            sink,
            fields={"TotalDoc": "3"},
            documents=[
                package.Mended(2, {"Subject": "mới"}, [("Báo cáo.pdf", io.BytesIO(b"two"))]),
                package.Mended(3, {}, [("Báo cáo.pdf", io.BytesIO(b"three"))]),
            ],
        )
    found = package.read(target, house)
    assert found.fields == {"TotalDoc": "3"}
    assert [(one.ordinal, [file.name for file in one.files]) for one in found.documents] == [
        (2, ["Báo cáo.pdf"]),
        (3, ["Báo cáo.pdf"]),
    ]
    assert [one.files[0].path.read_bytes() for one in found.documents] == [b"two", b"three"]
    assert found.findings == ()


@pytest.mark.parametrize(
    "description, files, codes",
    [
        ({"documents": [{"ordinal": 1, "files": ["a.pdf"]}]}, {}, ["MEND_FILE_MISSING"]),
        ({"fields": {"Title": "x"}}, {"a.pdf": b"1"}, ["MEND_FILE_LOOSE"]),
        ({}, {}, ["MEND_EMPTY"]),
    ],
)
def test_what_does_not_fit_together_is_found(
    house: Path, description: object, files: dict[str, bytes], codes: list[str]
) -> None:
    found = package.read(a_package(house, json.dumps(description), **files), house)
    assert [finding.code for finding in found.findings] == codes


@pytest.mark.parametrize(
    "description",
    [
        None,
        "no json",
        "[]",
        '{"of": "x"}',
        '{"documents": [{"ordinal": 0}]}',
        '{"documents": [{"ordinal": "1"}]}',
        '{"fields": {"../x": "y"}}',
        '{"fields": {"Title": ["y"]}}',
    ],
)
def test_a_description_that_is_none_is_not_read(house: Path, description: str | None) -> None:
    with pytest.raises(UnreadableDeliveryError) as caught:
        package.read(a_package(house, description), house)
    assert caught.value.code == "MEND_BROKEN"
