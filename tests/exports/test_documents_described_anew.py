"""One document of a stored case file described anew: a small later version, nothing rewritten, all follows."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from test_later_versions import CODE, LATER, TITLE, WHY, bytes_of, packages, row, schemas
from typer.testing import CliRunner

from archive.describing import document_described_by
from archive.errors import ArchiveError, NotAllowedError, NotFoundError
from archive.ledger.append import read as events_of
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.packages.reader import read_facts
from archive.packages.tt05_given import Request
from archive.packages.verify import verify, verify_any
from archive.rebuild import rebuild
from archive.register import project_case_files
from archive.register.models import CaseFile, Component, Record
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.viewer import Viewer
from exports.given import export_dip, export_sip
from ingest.cli import register
from ingest.describing import describe
from ingest.describing_document import FIXED, describe_document, document_now, document_then
from search.follower import documents_of
from tests.archive.vault_builders import LAN, MAI, NOW, STRANGER, a_case_file, ident

SUBJECT = "Quyết định phê duyệt kinh phí sửa cầu Bản Chu năm 2014"
SECOND = ident("record", CODE, 2)


def document(record_id: str = SECOND) -> Record:
    with reading() as session:
        return session.get_one(Record, record_id)


@pytest.fixture
def described(kept: dict[str, str]) -> str:
    said = {"Subject": SUBJECT, "CodeNumber": "17", "IssuedDate": "09/05/2014", "Keyword": "cầu; kinh phí"}
    done = describe_document(kept[CODE], SECOND, said, reason=WHY, viewer=LAN, now=LATER)
    assert done.package.endswith("/v0002.zip"), done.findings
    return kept[CODE]


def test_a_small_version_says_it_and_the_one_before_is_not_touched(kept: dict[str, str]) -> None:
    [first] = packages(kept[CODE])
    before = bytes_of(first.name)
    describe_document(kept[CODE], SECOND, {"Subject": SUBJECT}, reason=WHY, viewer=LAN, now=LATER)
    first, second = packages(kept[CODE])
    assert bytes_of(first.name) == before and second.size < first.size * 2
    place = ArchiveSettings.load().all_stores[0].path / second.name
    assert verify(place, schemas=schemas()) == []
    with place.open("rb") as source:
        facts = read_facts(source)
    [one] = facts.records
    assert (one.id, one.ordinal, one.subject, one.components) == (SECOND, 2, SUBJECT, ())
    assert (one.description["Subject"], one.description["Language"]) == (SUBJECT, "Tiếng Việt")
    assert facts.previous is not None and facts.previous.sha256 == first.sha256
    [event] = facts.events
    assert event.detail == f"document 2: Subject: {WHY}"
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        readme = archive.read(next(name for name in names if name.endswith("/README.txt"))).decode()
    assert not any("/representations/" in name and "/data/0" in name for name in names)
    assert first.sha256 in readme


def test_register_index_and_ledger_follow_and_the_files_are_as_before(described: str) -> None:
    told = document()
    assert (told.subject, told.number, str(told.issued_on), told.notation) == (
        SUBJECT,
        "17",
        "2014-05-09",
        "QĐ-UBND",
    )
    assert row(described).title != SUBJECT
    with reading() as session:
        assert len(session.scalars(select(Component).where(Component.record_id == SECOND)).all()) == 1
        subjects = {one.title for one in documents_of(session, described, read=lambda *_: [], max_text=0)}
        assert SUBJECT in subjects
        query = select(EventRow).where(EventRow.object_id == described)
        [event] = [one for one in session.scalars(query) if one.verb == Verb.METADATA_CHANGE.value]
    assert event.payload["record"] == SECOND and SUBJECT not in json.dumps(event.payload, ensure_ascii=False)
    assert event.payload["fields"] == ["CodeNumber", "IssuedDate", "Subject", "Keyword"]


def test_both_kinds_of_later_versions_add_up_and_a_rebuild_says_the_same(
    described: str, tmp_path: Path
) -> None:
    describe(described, {"Title": TITLE}, reason=WHY, viewer=LAN, now=LATER)
    first = ident("record", CODE, 1)
    describe_document(described, first, {"Keyword": "quy chế"}, reason=WHY, viewer=LAN, now=LATER)
    assert [one.version for one in packages(described)] == [1, 2, 3, 4]
    report = rebuild()
    assert report.equal, report
    assert (row(described).title, document().subject) == (TITLE, SUBJECT)
    assert document(first).description["Keyword"] == "quy chế"
    given = export_dip(described, tmp_path, viewer=LAN, request=Request("PYC-1", NOW.date()), now=LATER)
    assert given.files == 2 and verify_any(given.path, schemas=schemas()) == []
    with zipfile.ZipFile(given.path) as archive:
        said = "".join(archive.read(name).decode() for name in archive.namelist() if "EAD_doc" in name)
    assert SUBJECT in said and "quy chế" in said
    sent = export_sip(described, tmp_path, viewer=LAN, now=LATER)
    assert verify_any(sent.path, schemas=schemas()) == []


def test_each_version_can_be_read_again(described: str) -> None:
    with reading() as session:
        told = [document_then(session, described, SECOND, n, viewer=LAN) for n in (1, 2)]
        assert [one.subject for one in told if one] == [a_case_file().facts().records[1].subject, SUBJECT]
        assert document_described_by(session, described, 2, 1) is None
        with pytest.raises(NotAllowedError):
            document_then(session, described, SECOND, 1, viewer=MAI)


def test_an_older_package_found_again_adds_what_lacks_and_brings_no_older_words_back(described: str) -> None:
    first_record = ident("record", CODE, 1)
    with transaction() as session:
        first = next(
            one for one in events_of(session) if one.verb is Verb.STORE and one.object_id == described
        )
        session.delete(session.get_one(Component, ident("component", CODE, 1)))
        session.flush()
        session.expire_all()
        session.delete(session.get_one(Record, first_record))
        session.delete(session.get_one(Component, ident("component", CODE, 2)))
        session.flush()
        session.expire_all()
        package = dict(first.payload["package"]) | {"id": "x" * 36, "name": "n"}
        again = first.__class__(**{**vars(first), "payload": dict(first.payload) | {"package": package}})
        project_case_files.stored(session, again, a_case_file().facts())
        session.flush()
        session.expire_all()
        assert session.get_one(Record, SECOND).subject == SUBJECT
        assert [len(one.components) for one in session.get_one(CaseFile, described).records] == [1, 1]
        session.rollback()


@pytest.mark.parametrize("viewer", [MAI, STRANGER, Viewer("ai.do")])
def test_nobody_but_an_archivist_of_the_agency_describes_a_document(
    kept: dict[str, str], viewer: Viewer
) -> None:
    with pytest.raises(NotAllowedError):
        describe_document(kept[CODE], SECOND, {"Subject": SUBJECT}, reason=WHY, viewer=viewer, now=LATER)
    assert len(packages(kept[CODE])) == 1


def test_what_identifies_a_document_and_what_is_of_another_case_file_stays(kept: dict[str, str]) -> None:
    for name in [*sorted(FIXED), "ImageTitle"]:
        with pytest.raises(NotFoundError, match=name):
            describe_document(kept[CODE], SECOND, {name: "1"}, reason=WHY, viewer=LAN, now=LATER)
    with pytest.raises(NotFoundError, match="has no document"):
        other = ident("record", "02.2014.QD", 1)
        describe_document(kept[CODE], other, {"Subject": SUBJECT}, reason=WHY, viewer=LAN, now=LATER)


@pytest.mark.parametrize(
    ("said", "code", "place"),
    [
        ({"Subject": ""}, "V09_REQUIRED", "document 2 / Subject"),
        ({"Subject": "Dài " * 400}, "V09_LENGTH", "document 2 / Subject"),
        ({"Subject": "Công văn TỐI MẬT"}, "V12", "document 2 / Subject"),
        ({"IssuedDate": "31/02/2014"}, "V09_DATE", "document 2 / IssuedDate"),
        ({"IssuedDate": "01/01/2199"}, "V09_FUTURE", "document 2 / IssuedDate"),
    ],
)
def test_words_a_rule_of_receipt_is_against_change_nothing(
    kept: dict[str, str], said: dict[str, str], code: str, place: str
) -> None:
    done = describe_document(kept[CODE], SECOND, said, reason=WHY, viewer=LAN, now=LATER)
    assert done.package == "" and len(packages(kept[CODE])) == 1
    assert any(one.code.startswith(code) and (one.place, one.document) == (place, 2) for one in done.findings)


def test_a_stricter_document_closes_the_case_file_and_nobody_opens_it_alone(kept: dict[str, str]) -> None:
    closed = {"Mode": "Sử dụng có điều kiện"}
    describe_document(kept[CODE], SECOND, closed, reason=WHY, viewer=LAN, now=LATER)
    assert row(kept[CODE]).access == "02"
    for looser in ("Công khai", "01"):
        with pytest.raises(ArchiveError, match="second person"):
            describe_document(kept[CODE], SECOND, {"Mode": looser}, reason=WHY, viewer=LAN, now=LATER)
    assert (row(kept[CODE]).access, len(packages(kept[CODE]))) == ("02", 2)


def test_the_form_is_made_of_the_rows_of_what_the_document_is(kept: dict[str, str]) -> None:
    with reading() as session:
        now = document_now(session, kept[CODE], SECOND, viewer=LAN)
    assert "Subject" in now.describable and not FIXED & set(now.describable)
    assert (now.ordinal, now.version) == (2, 1)


def test_a_document_on_the_command_line(kept: dict[str, str]) -> None:
    app = typer.Typer()
    register(app)
    words = ["describe", kept[CODE], "--reason", WHY, "--as", "lan", "--json"]
    words += ["--role", "archivist@000.00.01.H37", "--set", f"Subject={SUBJECT}"]
    result = CliRunner().invoke(app, [*words, "--document", "2"], catch_exceptions=False)
    assert result.exit_code == 0 and json.loads(result.output)["version"] == 2
    assert document().subject == SUBJECT
    with pytest.raises(NotFoundError):
        CliRunner().invoke(app, [*words, "--document", "9"], catch_exceptions=False)
