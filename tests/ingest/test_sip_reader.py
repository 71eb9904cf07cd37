"""A SIP_hoso is read whole; what is wrong with it becomes a finding, what cannot be opened an error."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sip_builders import DOCUMENTS, FILE, REP, TOP, Change, Members, members, zipped

from ingest.checks.catalogue import explain, rules
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.readers.interface import Context
from ingest.readers.read import read

EAD_1 = f"{REP}/metadata/descriptive/EAD_doc_0000001.xml"
EAD_2 = f"{REP}/metadata/descriptive/EAD_doc_0000002.xml"
REP_METS = f"{REP}/METS.xml"


def read_members(folder: Path, content: Members, *, top: str = TOP) -> Delivery:
    return read(zipped(folder, content, top=top), folder / "in", Context(Limits()))


def test_everything_written_is_read_back(tmp_path: Path) -> None:
    delivery = read_members(tmp_path, members(tmp_path))
    assert delivery.findings == ()
    assert dict(delivery.fields) == FILE
    assert [dict(document.fields) for document in delivery.documents] == list(DOCUMENTS)
    assert (delivery.standard, delivery.objid, delivery.record_status) == ("TT02", TOP, "NEW")
    assert (delivery.sender_code, delivery.agreement) == ("000.00.05.H37", "TTNL-2026-01")


def test_a_file_keeps_its_name_as_sent_but_lies_under_a_name_of_ours(tmp_path: Path) -> None:
    delivery = read_members(tmp_path, members(tmp_path))
    (file,) = delivery.documents[0].files
    assert file.name == "doc1.txt"
    assert file.path.parent == tmp_path / "in" / "files" and file.path.name.isdigit()
    data = file.path.read_bytes()
    assert data.decode() == "văn bản 1"
    assert file.sha256 == file.declared_sha256 == hashlib.sha256(data).hexdigest()


def test_every_member_is_in_the_delivery_or_a_schema(tmp_path: Path) -> None:
    content = members(tmp_path)
    content["documentation/message.edxml"] = b"<x/>"
    content["schemas/ead.xsd"] = b"<x/>"
    delivery = read_members(tmp_path, content)
    held = {file.path.read_bytes() for document in delivery.documents for file in document.files}
    held |= {file.path.read_bytes() for file in delivery.sources}
    assert held == {data for name, data in content.items() if not name.startswith("schemas/")} | {b"<x/>"}


def test_tt05_names_and_codes_are_read_as_tt02_words(tmp_path: Path) -> None:
    file = {
        "arcFileCode": "H37.02.2025.01",
        "title": "Hồ sơ",
        "maintenance": "01",
        "mode": "02",
        "language": "01",
    }
    file |= {"numberOfPage": "3", "numberOfPaper": "2", "endDate": "19/12/2025", "paperFileCode": ""}
    document = {"docId": "H37.02.2025.01.1", "docCode": "H37.02.2025.01.0000001", "typeName": "02"}
    document |= {"numberOfPage": "3", "mode": "09", "process": "1"}
    delivery = read_members(tmp_path, members(tmp_path, file=file, documents=(document,)))
    assert delivery.standard == "TT05"
    assert dict(delivery.fields) == {
        "FileCode": "H37.02.2025.01",
        "Title": "Hồ sơ",
        "Maintenance": "Vĩnh viễn",
        "Maintenance.code": "01",
        "Rights": "Sử dụng có điều kiện",
        "Rights.code": "02",
        "Language": "Tiếng Việt",
        "Language.code": "01",
        "PageNumber": "3",
        "SheetNumber": "2",
        "EndDate": "19/12/2025",
    }
    assert dict(delivery.documents[0].fields) == {
        "DocCode": "H37.02.2025.01.1",
        "ArcDocCode": "H37.02.2025.01.0000001",
        "DocOrdinal": "1",
        "TypeName": "Quyết định",
        "TypeName.code": "02",
        "PageAmount": "3",
        "Mode": "09",  # on no list: kept for the checks to find
        "Process": "1",
    }


def test_a_second_maintenance_that_is_a_number_counts_sheets(tmp_path: Path) -> None:
    content = members(tmp_path)
    ead = content["metadata/descriptive/EAD.xml"].replace(
        b"</simpledc>", b"<Maintenance>41</Maintenance></simpledc>"
    )
    content["metadata/descriptive/EAD.xml"] = ead
    fields = read_members(tmp_path, content).fields
    assert (fields["Maintenance"], fields["SheetNumber"]) == ("20 năm", "41")


def test_repeated_fields_are_joined_by_semicolons(tmp_path: Path) -> None:
    file = {"fileCode": "A", "title": "T", "language": "01"}
    content = members(tmp_path, file=file)
    ead = content["metadata/descriptive/EAD.xml"].replace(
        b"</simpledc>", b"<language>02</language></simpledc>"
    )
    content["metadata/descriptive/EAD.xml"] = ead
    assert read_members(tmp_path, content).fields["Language"] == "Tiếng Việt; Tiếng Anh"


def test_documents_come_in_the_order_of_their_ordinals(tmp_path: Path) -> None:
    documents = tuple({"DocOrdinal": str(n), "Subject": f"S{n}"} for n in (2, 10, 1))
    delivery = read_members(tmp_path, members(tmp_path, documents=documents))
    assert [d.fields["Subject"] for d in delivery.documents] == ["S1", "S2", "S10"]


def replace(name: str, old: bytes, new: bytes, count: int = -1) -> Change:
    def change(content: Members) -> None:
        assert old in content[name]
        content[name] = content[name].replace(old, new, count)

    return change


def remove(*names: str) -> Change:
    def change(content: Members) -> None:
        for name in names:
            del content[name]

    return change


def add(name: str, data: bytes = b"x") -> Change:
    return lambda content: content.update({name: data})


def rename(old: str, new: str) -> Change:
    return lambda content: content.update({new: content.pop(old)})


def without_links(content: Members) -> None:
    """Take the structural map out of the representation's METS."""
    head, _, rest = content[REP_METS].partition(b"<structMap")
    content[REP_METS] = head + rest.partition(b"</structMap>")[2]
    fix_hash(content)


def fix_hash(content: Members) -> None:
    """Make the root METS tell the true hash of the changed representation METS."""
    head, _, rest = content["METS.xml"].partition(b'<file ID="METS-REP1"')
    before, _, after = rest.partition(b'CHECKSUM="')
    digest = hashlib.sha256(content[REP_METS]).hexdigest().upper().encode()
    content["METS.xml"] = head + b'<file ID="METS-REP1"' + before + b'CHECKSUM="' + digest + after[64:]


DEFECTS: dict[str, tuple[list[Change], set[str]]] = {
    "a changed file": ([replace(f"{REP}/data/doc1.txt", b"1", b"9")], {"SIP_HASH"}),
    "a changed description": ([replace(EAD_1, b"000.00.05", b"000.00.06")], {"SIP_HASH"}),
    "a changed METS of the representation": ([replace(REP_METS, b"rep1", b"rep9", 1)], {"SIP_HASH"}),
    "a listed file is missing": ([remove(f"{REP}/data/doc2.txt")], {"SIP_FILE_MISSING", "SIP_DOC_NO_FILE"}),
    "a file nobody lists": ([add(f"{REP}/data/more.txt")], {"SIP_FILE_NOT_LISTED", "SIP_FILE_NO_DOC"}),
    "loose documentation": ([add("documentation/note.txt")], {"SIP_FILE_NOT_LISTED"}),
    "an md5": ([replace(REP_METS, b"SHA-256", b"MD5", 1), fix_hash], {"SIP_HASH_KIND"}),
    "no hash": ([replace(REP_METS, b'CHECKSUM="', b'X="', 1), fix_hash], {"SIP_NO_HASH"}),
    "no OBJID": ([replace("METS.xml", b"OBJID=", b"XOBJID=")], {"SIP_NO_OBJID"}),
    "another OBJID": ([replace("METS.xml", TOP.encode(), b"uuid-1")], {"SIP_OBJID"}),
    "an unknown record status": ([replace("METS.xml", b'"NEW"', b'"LOST"')], {"SIP_RECORD_STATUS"}),
    "another letter case": (
        [rename(f"{REP}/data/doc1.txt", f"{REP}/data/Doc1.txt")],
        {"SIP_NAME_CASE"},
    ),
    "a holey package": (
        [
            remove(f"{REP}/data/doc2.txt"),
            add("representations/rep1/.fetch.txt", b"http://example.invalid/doc2.txt"),
        ],
        {"SIP_HOLEY", "SIP_DOC_NO_FILE", "HOLE_ADDRESS"},
    ),
    "a list of holes that says nothing": (
        [
            remove(f"{REP}/data/doc2.txt"),
            add("representations/rep1/.fetch.txt", b"http://example.invalid/other"),
        ],
        {"SIP_HOLEY", "SIP_DOC_NO_FILE", "HOLE_LIST"},
    ),
    "a link to an earlier document": (
        [
            remove(f"{REP}/data/doc2.txt"),
            add(f"{REP}/data/doc2.txt.fetch.txt", b"000.00.05.H37.2020.0203"),
        ],
        {"SIP_HOLEY", "SIP_DOC_NO_FILE", "SIP_LINKED"},
    ),
    "a broken description": ([replace(EAD_2, b"</Subject>", b"")], {"SIP_HASH", "SIP_EAD_BROKEN"}),
    "no descriptions": (
        [remove(EAD_1, EAD_2)],
        {"SIP_FILE_MISSING", "SIP_FILE_NO_DOC", "SIP_NO_DOCUMENTS"},
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_and_explained(name: str, tmp_path: Path) -> None:
    changes, codes = DEFECTS[name]
    content = members(tmp_path)
    for change in changes:
        change(content)
    delivery = read_members(tmp_path, content)
    assert {finding.code for finding in delivery.findings} == codes
    for finding in delivery.findings:
        assert explain(finding, "vi").text and explain(finding, "en").remedy


@pytest.mark.parametrize(
    ("change", "document"),
    [
        (replace(f"{REP}/data/doc1.txt", b"1", b"9"), 1),
        (replace(EAD_1, b"000.00.05", b"000.00.06"), 1),
        (replace(REP_METS, b"rep1", b"rep9", 1), 0),
    ],
)
def test_what_is_wrong_with_a_file_stands_under_its_document(
    change: Change, document: int, tmp_path: Path
) -> None:
    content = members(tmp_path)
    change(content)
    (finding,) = read_members(tmp_path, content).findings
    assert (finding.code, finding.document) == ("SIP_HASH", document)


UNREADABLE: dict[str, tuple[list[Change], str]] = {
    "no METS": ([remove("METS.xml")], "SIP_NO_METS"),
    "a METS cut off": ([replace("METS.xml", b"</mets>", b"")], "SIP_METS_BROKEN"),
    "a METS with a DOCTYPE": ([replace("METS.xml", b"?>\n", b"?>\n<!DOCTYPE mets>\n", 1)], "SIP_METS_BROKEN"),
    "no EAD": ([remove("metadata/descriptive/EAD.xml")], "SIP_NO_EAD"),
    "an empty EAD": ([add("metadata/descriptive/EAD.xml", b"<simpledc/>")], "SIP_EAD_BROKEN"),
    "an EAD that is no XML": ([add("metadata/descriptive/EAD.xml", b"PK")], "SIP_EAD_BROKEN"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_opened_at_all_says_why(name: str, tmp_path: Path) -> None:
    changes, code = UNREADABLE[name]
    content = members(tmp_path)
    for change in changes:
        change(content)
    with pytest.raises(UnreadableDeliveryError) as raised:
        read_members(tmp_path, content)
    assert raised.value.code == code
    assert code in rules()


def test_a_package_without_its_top_folder_is_read(tmp_path: Path) -> None:
    delivery = read_members(tmp_path, members(tmp_path), top="")
    assert delivery.findings == () and len(delivery.documents) == 2


def test_lower_case_mets_and_ead_names_are_read(tmp_path: Path) -> None:
    content = members(tmp_path)
    content["mets.xml"] = content.pop("METS.xml")
    assert read_members(tmp_path, content).fields["Title"] == FILE["Title"]


@pytest.mark.parametrize(
    ("renamed", "belongs"),
    [
        (
            {"data/doc1.txt": "data/0000001.pdf", "data/doc2.txt": "data/0000002-phu luc.txt"},
            [1, 1],
        ),  # by name
        ({"data/doc1.txt": "data/b.txt", "data/doc2.txt": "data/a.txt"}, [1, 1]),  # same count
    ],
)
def test_files_without_links_are_joined_by_name_or_count(
    renamed: dict[str, str], belongs: list[int], tmp_path: Path
) -> None:
    content = members(tmp_path)
    without_links(content)
    for old, new in renamed.items():
        content[f"{REP}/{new}"] = content.pop(f"{REP}/{old}")
    delivery = read_members(tmp_path, content)
    assert [len(document.files) for document in delivery.documents] == belongs


def test_a_representation_with_one_description_owns_all_its_files(tmp_path: Path) -> None:
    content = members(tmp_path)
    without_links(content)
    del content[EAD_2]
    delivery = read_members(tmp_path, content)
    assert [file.name for file in delivery.documents[0].files] == ["doc1.txt", "doc2.txt"]


def test_files_that_fit_no_description_are_named(tmp_path: Path) -> None:
    content = members(tmp_path)
    without_links(content)
    content[f"{REP}/data/third.txt"] = b"3"
    found = {
        finding.place
        for finding in read_members(tmp_path, content).findings
        if finding.code == "SIP_FILE_NO_DOC"
    }
    assert found == {"doc1.txt", "doc2.txt", "third.txt"}
