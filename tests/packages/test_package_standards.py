"""Others' tools find our packages good: bagit-python, and the standards' own schemas."""

from __future__ import annotations

import zipfile
from pathlib import Path

import bagit
import pytest
from lxml import etree
from package_builders import FOLDER, a_case, a_component, a_record

from archive.naming import safe_name
from archive.packages.facts import PackageFacts
from archive.packages.tt05 import document_fields, file_fields
from archive.packages.verify import verify
from archive.packages.writer import write

METS = {"mets": "http://www.loc.gov/METS/", "xlink": "http://www.w3.org/1999/xlink"}


@pytest.fixture
def unpacked(package: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    return tmp_path / FOLDER


def test_bagit_python_validates_the_bag(unpacked: Path) -> None:
    bag = bagit.Bag(str(unpacked))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.info["External-Identifier"] == FOLDER.replace("_", ":")
    assert bag.info["Bagging-Date"] == "2026-01-03"  # the day in Viet Nam


@pytest.mark.parametrize(
    "name",
    [
        "Quyết định số 31.2020.QĐ-UBND (bản chính) + phụ lục #1.pdf",
        "Bie\u0302n ba\u0309n.pdf",  # decomposed, as some computers write it
        "công văn & báo cáo; 'quý' I,II.docx",
        "100% xong.pdf",
        " hồ sơ . ",
        "a" * 300 + ".pdf",
    ],
)
def test_vietnamese_and_odd_file_names_pass_bagit_python_and_verify(
    tmp_path: Path, schemas: Path, name: str
) -> None:
    case = a_case(a_record(1, a_component(tmp_path, 1, name=safe_name(name))))
    written = write(case, tmp_path / "p.zip", schemas=schemas)
    assert verify(written.path, schemas=schemas) == []
    with zipfile.ZipFile(written.path) as archive:
        archive.extractall(tmp_path / "out")
    assert bagit.Bag(str(tmp_path / "out" / FOLDER)).validate()


@pytest.mark.parametrize(
    ("pattern", "form", "count"),
    [
        ("**/METS.xml", "mets1_12.xsd", 4),
        ("**/PREMIS*.xml", "premis.xsd", 4),
        ("metadata/descriptive/EAD.xml", "ead_hoso.xsd", 1),
        ("**/EAD_doc_*.xml", "ead_tailieu.xsd", 6),
    ],
)
def test_every_description_is_valid_by_the_schemas_inside_the_package(
    unpacked: Path, pattern: str, form: str, count: int
) -> None:
    root = unpacked / "data" / FOLDER
    schema = etree.XMLSchema(etree.parse(str(root / "schemas" / form)))
    files = list(root.glob(pattern))
    assert len(files) == count
    for path in files:
        schema.assertValid(etree.parse(str(path)))


def test_mets_says_what_the_circular_asks(unpacked: Path) -> None:
    mets = etree.parse(str(unpacked / "data" / FOLDER / "METS.xml")).getroot()
    header = mets.find("mets:metsHdr", METS)
    assert mets.get("OBJID") == FOLDER.replace("_", ":")
    assert header.get("{https://DILCIS.eu/XML/METS/CSIPExtensionMETS}OAISPACKAGETYPE") == "AIP"
    assert header.get("CREATEDATE") == "2026-01-03T03:04:05+07:00"
    sums = [element.get("CHECKSUM") for element in mets.iter() if element.get("CHECKSUM")]
    assert sums and all(text == text.upper() and len(text) == 64 for text in sums)


def test_fields_of_the_old_circular_become_codes_of_the_new_one(usual: PackageFacts) -> None:
    file = dict(file_fields(usual))
    assert file["arcFileCode"] == "H37.01.000.06.16.G09.2020.01"
    assert (file["maintenance"], file["mode"]) == ("01", "01")
    assert (file["startDate"], file["endDate"], file["totalDoc"]) == ("01/01/2020", "31/12/2020", "2")
    document = document_fields(usual, usual.records[0])
    assert [value for name, value in document if name == "language"] == ["01", "02"]
    assert dict(document)["typeName"] == "02"
    assert dict(document)["docOrdinal"] == "0000001"


def test_what_the_new_circular_alone_asks_for_is_not_lost_on_the_way(tmp_path: Path) -> None:
    # As a SIP of TT 05/2025 is read: its names become ours (`ingest.checks.fields`).
    said = {"PaperFileCode": "TTLTLS.K1.12", "RiskRecovery": "1", "RiskRecoveryStatus": "02"}
    case = a_case(a_record(1, a_component(tmp_path, 1), description={"Process": "1"}), description=said)
    file = dict(file_fields(case))
    assert (file["paperFileCode"], file["riskRecovery"], file["riskRecoveryStatus"]) == (
        "TTLTLS.K1.12",
        "1",
        "02",
    )
    assert dict(document_fields(case, case.records[0]))["process"] == "1"


@pytest.mark.parametrize(
    ("said", "code"), [("Vĩnh viễn", "01"), ("20 năm", "05"), ("20", "05"), ("15 năm", "07"), ("", "07")]
)
def test_a_retention_period_in_words_becomes_its_code(said: str, code: str) -> None:
    assert dict(file_fields(a_case(maintenance=said)))["maintenance"] == code


def test_a_text_too_long_for_the_standard_field_is_cut_visibly_and_kept_whole_beside_it(
    tmp_path: Path, schemas: Path
) -> None:
    subject = "Về việc " * 100
    case = a_case(a_record(1, a_component(tmp_path, 1), subject=subject))
    cut = dict(document_fields(case, case.records[0]))["subject"]
    assert len(cut) == 500 and cut.endswith("…")
    assert verify(write(case, tmp_path / "p.zip", schemas=schemas).path, schemas=schemas) == []


def test_the_readme_names_the_case_in_both_languages(unpacked: Path) -> None:
    text = (unpacked / "README.txt").read_text(encoding="utf-8")
    assert "ĐỌC TÔI TRƯỚC" in text and "READ ME FIRST" in text and FOLDER in text
