"""An office that sends single documents and case files, and a pipeline without a scanner, for the gathering tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
from pdf_builders import born_digital
from sqlalchemy import select, update

from archive.errors import TemporaryError
from archive.ledger.rows import EventRow
from archive.register.agencies import set_agency, set_fonds
from archive.register.messages import DocumentRequest, ReceivedMessage
from archive.register.models import Outbox, Submission
from archive.register.session import reading, transaction
from ingest import pipeline
from ingest.gateway.edxml import Reference
from ingest.gateway.edxml_status import Reporter, write_status
from ingest.pipeline import STEPS
from ingest.reception import receive
from ingest.steps.step import Outcome, Step, Work
from tests.samples.edxml import EdxmlDocument, write_document
from tests.samples.sip import DocumentParts, SipParts, write_sip

OFFICE, LANG_SON, US = "G09.01", "000.00.05.H37", "000.00.00.H00"
OFFICE_NAME = "Cục Văn thư và Lưu trữ nhà nước"
NOW = datetime.now(UTC)
PAPER: dict[str, bytes] = {}


def furnish(monkeypatch: object) -> None:
    """Make two agencies with a fonds each; nothing is waited for and no queue runs."""
    setenv = monkeypatch.setenv  # type: ignore[attr-defined]
    setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    setenv("TANGTHU_INGEST__GATHER_GRACE_SECONDS", "0")
    setenv("TANGTHU_INGEST__GATHER_WAIT_SECONDS", "0")
    with transaction() as session:
        for code, profile, level1 in ((OFFICE, "", "G09"), (LANG_SON, "lang-son", "H37")):
            set_agency(
                session, code=code, name=code, profile=profile, level1=level1, auto_accept=True,
                actor="system:test", now=NOW,
            )  # fmt: skip
            set_fonds(session, code=code, agency_code=code, name="Phông", actor="system:test", now=NOW)


def paper(folder: Path, words: str) -> bytes:
    """Return a small real PDF that says these words."""
    if words not in PAPER:
        made = BytesIO()
        with pikepdf.open(born_digital(folder / "paper.pdf", pages=1, words=words)) as pdf:
            pdf.save(made, force_version="1.7")
        PAPER[words] = made.getvalue()
    return PAPER[words]


def _clean(_work: Work, now: datetime) -> Outcome:
    return Outcome(result={"files": 0, "engine": "none", "at": now.isoformat()})


def _skip(_work: Work, _now: datetime) -> Outcome:
    return Outcome()


def _stop(_work: Work, _now: datetime) -> Outcome:
    raise TemporaryError("as far as these tests go")


SHORT: Mapping[str, Step] = {**STEPS, "scan": _clean, "normalise": _skip, "pack": _stop}


@dataclass
class World:
    """What was sent; every word sends one thing and lets the pipeline take it as far as it goes."""

    folder: Path
    count: int = 0
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    steps: Mapping[str, Step] = field(default_factory=lambda: SHORT)

    def send(self, data: bytes, kind: str = "edxml", *, agency: str = OFFICE, run: bool = True) -> str:
        """Receive these bytes under a new transport id; return the submission's id."""
        self.count += 1
        got = receive(
            BytesIO(data),
            agency_code=agency,
            message_id=f"VXP-{self.count}",
            kind=kind,
            file_name="",
            actor="system:test",
            now=self.began + timedelta(milliseconds=self.count),
        )
        if run:
            self.run(got.submission_id)
        return got.submission_id

    def run(self, submission_id: str) -> str:
        """Take it as far as it goes now, whatever it waited for."""
        with transaction() as session:
            session.execute(update(Submission).where(Submission.id == submission_id).values(not_before=None))
        return pipeline.advance(submission_id, steps=self.steps)

    def letter(self, number: str = "12", **changes: object) -> EdxmlDocument:
        """Return a document of the office."""
        words = str(changes.pop("words", f"Báo cáo số {number} về tình hình quản lý văn bản điện tử"))
        said: dict[str, object] = {
            "sender": OFFICE,
            "sender_name": OFFICE_NAME,
            "receiver": US,
            "number": number,
            "notation": "BC-SNV",
            "place": "Lạng Sơn",
            "issued": date(2024, 5, 3),
            "type_name": "Báo cáo",
            "subject": "Tình hình quản lý văn bản điện tử của đơn vị trong quý",
            "signer_post": "Giám đốc",
            "signer_name": "Nguyễn Văn An",
            "attachments": ((f"bc{number}.pdf", paper(self.folder, words), True),),
        }
        return EdxmlDocument(**said | changes)  # type: ignore[arg-type]

    def sent(self, letter: EdxmlDocument, **how: object) -> str:
        """Send a document."""
        return self.send(write_document(letter), **how)  # type: ignore[arg-type]

    def take_back(self, letter: EdxmlDocument, *, agency: str = OFFICE, run: bool = True) -> str:
        """Send a status 13 about a document."""
        about = Reference(US, f"{letter.number}/{letter.notation}", "2024/05/03", letter.document_id)
        data = write_status(
            reporter=Reporter(agency, ""), about=about, status="13", description="Gửi nhầm", now=NOW
        )
        return self.send(data, "status", agency=agency, run=run)

    def case_file(
        self,
        letters: Sequence[EdxmlDocument],
        *,
        notation: str = "01.BC",
        run: bool = True,
        documents: Sequence[Mapping[str, str]] | None = None,
        **fields: str,
    ) -> str:
        """Send a SIP whose documents are described and have no file of their own."""
        described = [described_as(n, one, notation) for n, one in enumerate(letters, 1)]
        if documents is not None:
            described = [{**one, **more} for one, more in zip(described, documents, strict=True)]
        target = self.folder / f"sip-{self.count}.zip"
        said = {
            "FileCode": f"{OFFICE}.2024.{notation}",
            "Title": "Hồ sơ về việc quản lý văn bản điện tử năm 2024",
            "Maintenance": "20 năm",
            "Rights": "Công khai",
            "Language": "Tiếng Việt",
            "StartDate": "02/01/2024",
            "EndDate": "31/12/2024",
            "TotalDoc": str(len(letters)),
            "ConfidenceLevel": "Gốc điện tử",
            "Format": "Tốt",
        }
        parts = SipParts(
            key=notation,
            sender_code=OFFICE,
            sender_name=OFFICE_NAME,
            made=NOW,
            fields=said | fields,
            documents=[DocumentParts(one, ()) for one in described],
        )
        write_sip(parts, target)
        return self.send(target.read_bytes(), "sip", run=run)


def described_as(ordinal: int, letter: EdxmlDocument, notation: str) -> dict[str, str]:
    """Return a document's description as its office's system writes it."""
    return {
        "DocCode": f"{OFFICE}.2024.{notation}.{ordinal:07d}"[-25:],
        "DocOrdinal": str(ordinal),
        "TypeName": letter.type_name,
        "CodeNumber": letter.number,
        "CodeNotation": letter.notation,
        "IssuedDate": f"{letter.issued:%d/%m/%Y}",
        "OrganName": letter.sender_name,
        "Subject": letter.subject,
        "Language": "Tiếng Việt",
        "PageAmount": "1",
        "Mode": "Công khai",
        "ConfidenceLevel": "Gốc điện tử",
    }


def row(submission_id: str) -> Submission:
    """Return a submission with findings and steps."""
    with reading() as session:
        found = session.get_one(Submission, submission_id)
        assert found.findings is not None
        assert found.steps is not None
        session.expunge_all()
        return found


def state(submission_id: str) -> str:
    """Return a submission's state."""
    return row(submission_id).state


def codes(submission_id: str) -> list[str]:
    """Return the codes of a submission's findings."""
    return [finding.code for finding in row(submission_id).findings]


def owed(submission_id: str) -> list[tuple[str, str]]:
    """Return status and the DocumentId it names, in the order they are sent."""
    with reading() as session:
        rows = session.scalars(
            select(Outbox).where(Outbox.submission_id == submission_id).order_by(Outbox.id)
        ).all()
        return [(one.status, (one.about or {}).get("document_id", "")) for one in rows]


def requests() -> list[DocumentRequest]:
    """Return every request, oldest first."""
    with reading() as session:
        found = session.scalars(
            select(DocumentRequest).order_by(DocumentRequest.asked_at, DocumentRequest.id)
        ).all()
        session.expunge_all()
        return list(found)


def said(submission_id: str) -> ReceivedMessage | None:
    """Return what was noted of a message."""
    with reading() as session:
        found = session.get(ReceivedMessage, submission_id)
        session.expunge_all()
        return found


def ledger() -> str:
    """Return everything the ledger says, as one text."""
    with reading() as session:
        return "\n".join(f"{one.verb} {one.payload}" for one in session.scalars(select(EventRow)))


def another(letter: EdxmlDocument, **changes: object) -> EdxmlDocument:
    """Return the letter with something changed."""
    return replace(letter, **changes)  # type: ignore[arg-type]
