"""What vendors are known to write wrong is read and told with a remedy; only what is unclear is an error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sip_builders import REP, TOP, members, zipped

from ingest.checks.catalogue import explain, rule
from ingest.delivery import Delivery
from ingest.finding import Finding, Severity
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read

CODE = "H49.64.33.2001.160"
FILE = {"fileCode": CODE, "title": "Tập tờ khai đăng ký kết hôn", "maintenance": "01", "totalDoc": "2"}


def documents(code: str = CODE, name: str = "docCode") -> tuple[dict[str, str], ...]:
    return tuple(
        {"docId": f"{CODE}.{n}", name: f"{code}.{n:07d}", "typeName": "22", "subject": f"Tờ khai số {n}"}
        for n in (1, 2)
    )


def delivered(
    folder: Path,
    *,
    file: Mapping[str, str] = FILE,
    docs: tuple[Mapping[str, str], ...] | None = None,
    named: str = "",
    **more: Any,
) -> Delivery:
    content = members(folder, file=file, documents=documents() if docs is None else docs, **more)
    return read(zipped(folder, content), folder / "in", Context(Limits(), file_name=named))


def codes(delivery: Delivery) -> set[str]:
    return {finding.code for finding in delivery.findings}


def one(delivery: Delivery, code: str) -> Finding:
    (found,) = (finding for finding in delivery.findings if finding.code == code)
    assert explain(found, "vi").remedy and explain(found, "en").text
    return found


def test_a_package_by_the_circular_has_no_finding(tmp_path: Path) -> None:
    assert delivered(tmp_path, named=f"01{TOP}.zip").findings == ()


def test_mdtype_dc_is_told_once(tmp_path: Path) -> None:
    assert codes(delivered(tmp_path, mdtype="DC")) == {"SIP_MDTYPE"}
    assert rule("SIP_MDTYPE").severity is Severity.WARNING


def test_schemas_in_lower_case_are_told_with_their_right_names(tmp_path: Path) -> None:
    schemas = dict.fromkeys(("METS.xsd", "ead.xsd", "ead_doc.xsd", "xlink.xsd"), b"<xs/>")
    found = one(delivered(tmp_path, schemas=schemas), "SIP_SCHEMA_CASE")
    assert found.params == {"names": "ead.xsd, ead_doc.xsd", "expected": "EAD.xsd, EAD_doc.xsd"}


def test_a_schema_that_declares_the_aip_s_name_is_told(tmp_path: Path) -> None:
    schema = b'<s xmlns="http://www.w3.org/2001/XMLSchema"><element name="arcDocCode"/></s>'
    assert codes(delivered(tmp_path, schemas={"EAD_doc.xsd": schema})) == {"SIP_SCHEMA_ARC"}
    good = schema.replace(b"arcDocCode", b"docCode")
    assert codes(delivered(tmp_path / "b", schemas={"EAD_doc.xsd": good})) == set()


def test_a_schema_with_a_doctype_is_not_read_and_no_trouble(tmp_path: Path) -> None:
    assert codes(delivered(tmp_path, schemas={"EAD_doc.xsd": b"<!DOCTYPE x><x/>"})) == set()


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("b6acafed-a809-4b78-ae9f-0373d50d52f0.zip", {"SIP_ZIP_NAME"}),
        (f"07{TOP}.zip", set()),
        (f"{TOP.lower()}.zip", set()),
        ("Hồ sơ nộp lưu.zip", set()),
    ],
)
def test_a_zip_named_by_another_guid_is_told(named: str, found: set[str], tmp_path: Path) -> None:
    assert codes(delivered(tmp_path, named=named)) == found


def test_the_wrong_year_in_every_doc_code_is_one_warning(tmp_path: Path) -> None:
    delivery = delivered(tmp_path, docs=documents("H49.64.33.1994.160"))
    found = one(delivery, "SIP_DOC_CODE_YEAR")
    assert (found.params["count"], found.params["expected"]) == ("2", f"{CODE}.")
    assert rule(found.code).severity is Severity.WARNING
    assert [document.fields["DocOrdinal"] for document in delivery.documents] == ["1", "2"]


def test_ordinals_of_another_length_are_one_warning(tmp_path: Path) -> None:
    docs = tuple({**one, "docCode": f"{CODE}.{n:03d}"} for n, one in enumerate(documents(), 1))
    delivery = delivered(tmp_path, docs=docs)
    assert one(delivery, "SIP_DOC_CODE_ORDINAL").params["count"] == "2"
    assert [document.fields["DocOrdinal"] for document in delivery.documents] == ["1", "2"]


def test_a_doc_code_of_another_case_file_is_an_error_at_its_document(tmp_path: Path) -> None:
    docs = (documents()[0], documents("H49.64.33.2001.161")[1])
    found = one(delivered(tmp_path, docs=docs), "SIP_DOC_CODE")
    assert found.document == 2 and rule(found.code).severity is Severity.ERROR


def test_names_of_the_aip_are_read_and_told(tmp_path: Path) -> None:
    file = {"arcFileCode" if name == "fileCode" else name: value for name, value in FILE.items()}
    delivery = delivered(tmp_path, file=file, docs=documents(name="arcDocCode"))
    told = [finding.params for finding in delivery.findings if finding.code == "SIP_ARC_NAME"]
    assert [(one["arc"], one["count"]) for one in told] == [("arcFileCode", "1"), ("arcDocCode", "2")]
    assert delivery.fields["FileCode"] == CODE and codes(delivery) == {"SIP_ARC_NAME"}


def test_the_archive_s_code_in_front_of_the_file_code_is_understood(tmp_path: Path) -> None:
    assert codes(delivered(tmp_path, docs=documents(f"000.00.99.H49.{CODE}"))) == set()


def test_two_different_file_codes_are_unclear(tmp_path: Path) -> None:
    delivery = delivered(tmp_path, file={**FILE, "arcFileCode": "X.1"}, docs=())
    assert one(delivery, "SIP_CODE_CONFLICT").params["second"] == "X.1"
    assert rule("SIP_CODE_CONFLICT").severity is Severity.ERROR


@pytest.mark.parametrize("tail", ["²", "9" * 6000, "", "-1"])
def test_an_ordinal_that_is_no_number_is_no_crash(tail: str, tmp_path: Path) -> None:
    """Found while reading on: int() of a superscript or of 6,000 digits raises."""
    docs = ({**documents()[0], "docCode": f"{CODE}.{tail}"},)
    assert len(delivered(tmp_path, docs=docs).documents) == 1


def test_all_of_one_vendor_s_defects_together_leave_a_readable_case_file(tmp_path: Path) -> None:
    delivery = delivered(
        tmp_path,
        file={**FILE, "confidenceLevel": "02", "paperFileCode": ""},
        docs=documents("H49.64.33.1994.160"),
        named="b6acafed-a809-4b78-ae9f-0373d50d52f0.zip",
        mdtype="DC",
        schemas={"ead_doc.xsd": b'<s xmlns="x"><element name="arcDocCode"/></s>'},
    )
    assert codes(delivery) == {
        "SIP_MDTYPE",
        "SIP_SCHEMA_CASE",
        "SIP_SCHEMA_ARC",
        "SIP_ZIP_NAME",
        "SIP_DOC_CODE_YEAR",
    }
    assert {rule(code).severity for code in codes(delivery)} == {Severity.WARNING}
    assert [len(document.files) for document in delivery.documents] == [1, 1]


def test_upper_case_names_of_descriptions_are_read(tmp_path: Path) -> None:
    content = members(tmp_path, file=FILE, documents=documents())
    for n in (1, 2):
        old = f"{REP}/metadata/descriptive/EAD_doc_{n:07d}.xml"
        content[old.replace("EAD_doc", "EAD_DOC")] = content.pop(old)
    delivery = read(zipped(tmp_path, content), tmp_path / "in", Context(Limits()))
    assert len(delivery.documents) == 2 and codes(delivery) == {"SIP_NAME_CASE"}
