"""What a reader is given, and what another system is sent: only that, whole, described, and in the ledger."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select

from archive.custody import deposit, keep
from archive.errors import NotAllowedError, NotFoundError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.packages.facts import ComponentFacts, RecordFacts
from archive.packages.tt05_given import Request
from archive.packages.verify import verify, verify_any, verify_plain
from archive.packages.writer import write
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Role, Viewer
from exports.errors import ExportError, NoGoodCopyError
from exports.given import export_dip, export_sip
from tests.archive.vault_builders import AGENCY, LAN, NOW, STRANGER, a_case_file, an_agency, ident

READER = Viewer("doc.gia", {AGENCY: frozenset({Role.RESEARCHER})})
LATER = NOW + timedelta(days=1)
REQUEST = Request("PYC-2026-0007", NOW.date(), "02", "Giải quyết khiếu nại", "10", "Cầu Bản Chu")
METS = "{http://www.loc.gov/METS/}"
CSIP = "{https://DILCIS.eu/XML/METS/CSIPExtensionMETS}"


def schemas() -> Path:
    return ArchiveSettings.load().tools_home / "schemas"


def with_derivative(record: RecordFacts, folder: Path, content: bytes, *, derived: bool) -> RecordFacts:
    """The record with its original's bytes and, when derived, a PDF/A of it."""
    (folder / record.id).write_bytes(content)
    original = replace(record.components[0], source=folder / record.id)
    if not derived:
        return replace(record, components=(original,))
    pdf = b"%PDF-1.7 " + content
    (folder / f"{record.id}.pdf").write_bytes(pdf)
    made = ComponentFacts(
        id=ident("pdfa", record.id),
        role="pdfa",
        name=f"Quyết định {record.ordinal}.pdf",
        path=f"representations/pdfa/data/{record.ordinal:04d}/Quyết định {record.ordinal}.pdf",
        media_type="application/pdf",
        puid="fmt/477",
        size=len(pdf),
        sha256=hashlib.sha256(pdf).hexdigest(),
        facts={"of": original.id},
        source=folder / f"{record.id}.pdf",
    )
    return replace(record, components=(original, made))


@pytest.fixture
def case_file(house: Path, kept: dict[str, str]) -> str:
    """A conditional case file: the first document has a PDF/A, the second (a film, say) has none."""
    case = a_case_file().with_(code="09.2014.QD", access="02")
    folder = house / "work" / "nine"
    folder.mkdir(parents=True)
    facts = case.facts()
    records = tuple(
        with_derivative(record, folder, content, derived=record.ordinal == 1)
        for record, content in zip(facts.records, case.contents(), strict=True)
    )
    facts = replace(facts, records=records)
    written = write(facts, folder / "v0001.zip", schemas=schemas())
    copies = deposit(written.path, facts.name, written.sha256)
    with transaction() as session:
        an_agency(session)
        return keep(session, facts, written, copies, actor="system:ingest", now=NOW)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def copies_ledgered(case_file_id: str) -> list[tuple[str, dict[str, object], str | None]]:
    with reading() as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.object_id == case_file_id, EventRow.verb == Verb.COPY.value)
        )
        return [(row.actor, dict(row.payload), row.after_sha256) for row in rows]


def test_a_dip_gives_the_pdfa_and_what_has_none_as_it_came(case_file: str, tmp_path: Path) -> None:
    given = export_dip(case_file, tmp_path / "out", viewer=LAN, request=REQUEST, now=LATER)
    names = [name for name in members(given.path) if "/data/" in name]
    assert names == [
        "representations/pdfa/data/0001/Quyết định 1.pdf",
        "representations/original/data/0002/Quyết định 2.txt",
    ]
    assert given.files == 2 and verify_plain(given.path, schemas=schemas(), kinds=("DIP",)) == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == [given.path.name]


def test_originals_are_given_when_they_are_asked_for(case_file: str, tmp_path: Path) -> None:
    given = export_dip(case_file, tmp_path, viewer=LAN, request=REQUEST, originals=True, now=LATER)
    names = [name for name in members(given.path) if "/data/" in name]
    assert sorted(names) == [
        "representations/original/data/0001/Quyết định 1.txt",
        "representations/original/data/0002/Quyết định 2.txt",
        "representations/pdfa/data/0001/Quyết định 1.pdf",
    ]


def test_a_dip_has_the_fields_of_the_circular_and_nothing_the_archive_learnt(
    case_file: str, tmp_path: Path
) -> None:
    files = members(export_dip(case_file, tmp_path, viewer=LAN, request=REQUEST, now=LATER).path)
    asked = etree.fromstring(files["metadata/descriptive/EAD.xml"])
    assert [(one.tag, one.text) for one in asked] == [
        ("requestID", "PYC-2026-0007"),
        ("requestDate", "02/03/2026"),
        ("purpose", "02"),
        ("purposeContent", "Giải quyết khiếu nại"),
        ("feeObjectType", "10"),
        ("researchTopic", "Cầu Bản Chu"),
        ("description", None),
    ]
    document = etree.fromstring(files["representations/pdfa/metadata/descriptive/EAD_doc_0001.xml"])
    tags = [one.tag for one in document]
    assert len(tags) == 20 and "arcDocCode" in tags and "organName" not in tags
    root = etree.fromstring(files["METS.xml"])
    header = root.find(f"{METS}metsHdr")
    assert (root.get("TYPE"), root.get(f"{CSIP}OTHERTYPE")) == ("Other", "MIXED")
    assert header.get(f"{CSIP}OAISPACKAGETYPE") == "DIP"
    assert [name for name in files if "PREMIS" in name] == []
    assert [name for name, data in files.items() if b"urn:tangthu" in data] == []


def test_a_sip_has_the_files_as_they_came_and_the_fields_of_a_sip(case_file: str, tmp_path: Path) -> None:
    given = export_sip(case_file, tmp_path, viewer=LAN, now=LATER)
    files = members(given.path)
    assert given.objid.startswith("uuid-") and given.objid == given.objid[:5] + given.objid[5:].upper()
    assert files["representations/rep1/data/0001/Quyết định 1.txt"] == a_case_file().contents()[0]
    assert not any("pdfa" in name for name in files)
    case = etree.fromstring(files["metadata/descriptive/EAD.xml"])
    assert (case[0].tag, case[0].text, len(case)) == ("fileCode", "09.2014.QD", 18)
    document = etree.fromstring(files["representations/rep1/metadata/descriptive/EAD_doc_0001.xml"])
    assert (len(document), document.findtext("docCode"), document.findtext("maintenance")) == (
        21,
        "09.2014.QD.0000001",
        "06",
    )
    assert verify_any(given.path, schemas=schemas()) == []


def test_the_same_case_file_sent_again_is_known_as_the_same(case_file: str, tmp_path: Path) -> None:
    first, second = (export_sip(case_file, tmp_path / name, viewer=LAN, now=LATER) for name in "ab")
    assert first.objid == second.objid and first.sha256 == second.sha256


@pytest.mark.parametrize("kind", ["SIP", "DIP"])
def test_with_a_bag_it_is_a_bag_that_verifies(case_file: str, tmp_path: Path, kind: str) -> None:
    if kind == "SIP":
        given = export_sip(case_file, tmp_path, viewer=LAN, bag=True, now=LATER)
    else:
        given = export_dip(case_file, tmp_path, viewer=LAN, request=REQUEST, bag=True, now=LATER)
    assert verify_any(given.path, schemas=schemas()) == []
    assert [fault.rule for fault in verify(given.path, schemas=schemas())][:1] == ["CSIP9"]  # it is no AIP


def test_every_package_that_is_given_is_in_the_ledger_with_its_hash(case_file: str, tmp_path: Path) -> None:
    given = export_dip(case_file, tmp_path, viewer=LAN, request=REQUEST, now=LATER)
    assert hashlib.sha256(given.path.read_bytes()).hexdigest() == given.sha256
    [(actor, payload, sha256)] = copies_ledgered(case_file)
    assert (actor, sha256) == ("lan", given.sha256)
    assert payload == {
        "given": "DIP",
        "request": "PYC-2026-0007",
        "originals": False,
        "objid": given.objid,
        "files": 2,
    }


@pytest.mark.parametrize("viewer", [READER, STRANGER])
def test_who_may_not_read_a_conditional_case_file_is_given_nothing(
    case_file: str, tmp_path: Path, viewer: Viewer
) -> None:
    with pytest.raises(NotAllowedError):
        export_dip(case_file, tmp_path / "out", viewer=viewer, request=REQUEST, now=LATER)
    assert not (tmp_path / "out").exists() and copies_ledgered(case_file) == []


def test_a_researcher_is_given_a_public_case_file_but_may_not_send_it_on(
    kept: dict[str, str], tmp_path: Path
) -> None:
    assert export_dip(kept["01.2014.QD"], tmp_path, viewer=READER, request=REQUEST, now=LATER).files == 2
    with pytest.raises(NotAllowedError):
        export_sip(kept["01.2014.QD"], tmp_path, viewer=READER, now=LATER)


def test_what_is_not_there_or_not_known_is_refused(kept: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        export_dip("nowhere", tmp_path, viewer=LAN, request=REQUEST, now=LATER)
    with pytest.raises(ExportError, match="on no list"):
        request = replace(REQUEST, purpose="99")
        export_dip(kept["01.2014.QD"], tmp_path, viewer=LAN, request=request, now=LATER)


def test_damaged_copies_are_not_given_on_and_nothing_is_left_behind(
    house: Path, case_file: str, tmp_path: Path
) -> None:
    for store in ArchiveSettings.load().all_stores:
        for path in store.path.rglob("v0001.zip"):
            if "09.2014.QD" in str(path):
                raw = bytearray(path.read_bytes())
                raw[len(raw) // 2] ^= 1
                path.chmod(0o644)
                path.write_bytes(raw)
    with pytest.raises(NoGoodCopyError):
        export_sip(case_file, tmp_path, viewer=LAN, now=LATER)
    assert list(tmp_path.glob("*.zip")) == [] and copies_ledgered(case_file) == []
