"""Documents that came alone end in the package of the case file that names them, whatever is killed on the way."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from deliveries import GIA_LAI, ROOT, a_good_case_file, a_report, advanced_apart, packed, row_of, send
from sqlalchemy import select, update

from archive import custody
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.register.messages import DocumentRequest
from archive.register.models import CaseFile, Component, Outbox, Package, Record, Submission
from archive.register.session import reading, transaction
from ingest import pipeline, quarantine
from ingest.pipeline import route
from tests.samples.case_file import CaseFilePlan, DocumentPlan
from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.offices import ARCHIVE, OFFICES
from tests.samples.pki import Pki
from tests.samples.world import make_file

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

OFFICE = OFFICES["gia-lai"]
ALONE = replace(a_report(number="13"), files=())
"""Described in the case file, without a file there."""


def plan() -> CaseFilePlan:
    """Return a case file of two documents, one of which comes alone."""
    return (
        a_good_case_file("78.TH", "Hồ sơ có văn bản gửi riêng")
        .with_document(a_report(), replace(ALONE, described={"PageAmount": "1"}))
        .wrongly(PageNumber="2")
    )


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The case file as a SIP, and its second document as an edXML message."""
    folder = tmp_path_factory.mktemp("gathered")
    sip = packed(plan(), folder / "sip.zip")
    message = folder / "13.edxml"
    message.write_bytes(write_document(letter(folder, a_report(number="13"))))
    return sip, message


def letter(folder: Path, document: DocumentPlan, **changes: Any) -> EdxmlDocument:
    """Return a document as its office's system sends it."""
    paper = folder / "paper.pdf"
    make_file(plan(), document, 0, paper, Pki(folder / "pki", folder / "trust"))
    said: dict[str, Any] = {
        "sender": OFFICE.code,
        "sender_name": OFFICE.name,
        "receiver": ARCHIVE,
        "number": document.number,
        "notation": document.notation,
        "place": OFFICE.place,
        "issued": date(2020, 6, 1),
        "type_name": document.type_name,
        "subject": document.subject,
        "signer_post": "Giám đốc",
        "signer_name": "Nguyễn Văn An",
        "attachments": ((f"{document.number}BCSTTTT.pdf", paper.read_bytes(), True),),
    }
    return EdxmlDocument(**said | changes)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named has come already in these tests."""
    monkeypatch.setenv("TANGTHU_INGEST__GATHER_GRACE_SECONDS", "0")


def end_state(case: str, message: str) -> dict[str, Any]:
    """Return what must be the same whether or not anything was killed on the way."""
    with reading() as session:
        rows = [session.get_one(Submission, one) for one in (case, message)]
        case_file = session.scalar(select(CaseFile).where(CaseFile.submission_id == case))
        assert case_file is not None, [(one.state, one.waiting) for one in rows]
        package = session.scalars(select(Package).where(Package.case_file_id == case_file.id)).one()
        records = session.scalars(select(Record).order_by(Record.ordinal)).all()
        with custody.stores()[0].open(package.name) as stream:
            names = zipfile.ZipFile(io.BytesIO(stream.read())).namelist()
        return {
            "states": [one.state for one in rows],
            "case file": [one.case_file_id == case_file.id for one in rows],
            "receipts": [
                sorted(session.scalars(select(Outbox.status).where(Outbox.submission_id == one)))
                for one in (case, message)
            ],
            "documents": [(one.number, one.notation, len(one.components)) for one in records],
            "originals": session.query(Component).filter(Component.role == "original").count(),
            "messages kept": sum(name.endswith(f"{message}.edxml") for name in names),
            "stored once": session.query(EventRow).filter(EventRow.verb == Verb.STORE).count(),
            "quarantine": [quarantine.folder(one).exists() for one in (case, message)],
        }


EXPECTED = {
    "states": ["stored", "stored"],
    "case file": [True, True],
    "receipts": [["01", "03", "06"], ["01", "03", "06"]],
    "documents": [("12", "BC-STTTT", 3), ("13", "BC-STTTT", 3)],
    "originals": 2,
    "messages kept": 1,
    "stored once": 1,
    "quarantine": [False, False],
}


def killed(submission_id: str, step: str, when: str) -> None:
    """Advance a submission in a process that dies at this step."""
    killer = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "killer.py"), submission_id, step, when],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killer.returncode == -9, killer.stderr
    with transaction() as session:
        session.execute(update(Submission).values(lease_until=None, lease_owner="", not_before=None))


def test_a_case_file_and_its_lone_document_are_stored_together(town: Path, sent: tuple[Path, Path]) -> None:
    sip, edxml = sent
    message = send(edxml, message_id="m-13", kind="edxml")
    assert advanced_apart(message) == "gathering"
    case = send(sip, message_id="m-sip")
    assert advanced_apart(case) == "stored", [
        (one.code, one.place, one.params) for one in row_of(case).findings
    ]
    assert end_state(case, message) == EXPECTED


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", route("edxml"))
def test_a_lone_document_whose_worker_is_killed_waits_all_the_same(
    town: Path, sent: tuple[Path, Path], step: str, when: str
) -> None:
    message = send(sent[1], message_id="m-13", kind="edxml")
    killed(message, step, when)
    assert pipeline.advance(message) == "gathering"
    row = row_of(message)
    assert [one.step for one in row.steps] == list(route("edxml"))
    with reading() as session:
        assert session.scalars(select(Outbox.status)).all() == ["01"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["join", "keep"])
def test_a_case_file_killed_while_it_gathers_ends_the_same(
    town: Path, sent: tuple[Path, Path], step: str, when: str
) -> None:
    sip, edxml = sent
    message = send(edxml, message_id="m-13", kind="edxml")
    assert pipeline.advance(message) == "gathering"
    case = send(sip, message_id="m-sip")
    killed(case, step, when)
    assert pipeline.advance(case) == "stored"
    assert end_state(case, message) == EXPECTED


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["unpack", "heed"])
def test_a_recall_whose_worker_is_killed_is_answered_once(
    town: Path, sent: tuple[Path, Path], tmp_path: Path, step: str, when: str
) -> None:
    message = send(sent[1], message_id="m-13", kind="edxml")
    assert pipeline.advance(message) == "gathering"
    recall = tmp_path / "recall.edxml"
    about = f"{OFFICE.code},2020/06/01,13/BC-STTTT"
    recall.write_bytes(
        write_document(letter(tmp_path, a_report(number="99"), bussiness=1, about=(about,), attachments=()))
    )
    asks = send(recall, message_id="m-99", kind="edxml", agency=GIA_LAI)
    killed(asks, step, when)
    assert pipeline.advance(asks) == "noted"
    with reading() as session:
        assert session.get_one(Submission, message).state == "refused"
        assert sorted(session.scalars(select(Outbox.status).where(Outbox.submission_id == asks))) == [
            "01",
            "15",
        ]
        assert len(session.scalars(select(DocumentRequest)).all()) == 1
    assert not quarantine.folder(message).exists()
