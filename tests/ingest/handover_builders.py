"""A stored case file in the register, as the pipeline leaves it, with its minutes owed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.agencies import set_agency, set_fonds
from archive.register.models import (
    CaseFile,
    Component,
    ComponentRole,
    Copy,
    CopyState,
    Finding,
    Package,
    Record,
    Submission,
    SubmissionState,
)
from archive.register.session import transaction
from ingest.handover import due

AGENCY = "000.00.01.H37"
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
WORDS = "Trích yếu chỉ có trong hồ sơ"
FILE_NAME = "ten-tep-rieng.pdf"


def a_stored_delivery(one: str = "s-1", *, documents: int = 2, remarks: bool = False, **changes: Any) -> str:
    """Put a delivery, its case file and what hangs on them into the register; return the delivery's id."""
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở Nội vụ <tỉnh>", actor="t", now=NOW)
        set_fonds(session, code=AGENCY, agency_code=AGENCY, name="Phông", actor="t", now=NOW)
        case = f"c-{one}"
        append(session, Verb.INGEST, actor="system:gateway", kind="submission", id=one, now=NOW)
        session.add(
            Submission(
                id=one, agency_code=AGENCY, message_id=f"VXP-{one}", sha256="0" * 64, size=9, kind="sip",
                state=SubmissionState.STORED, title="Hồ sơ & kế hoạch", file_code=f"{AGENCY}.2025.{one}",
                received_at=NOW, decided_by="lan", decided_at=NOW, case_file_id=case, inbox="truc-tinh",
                source="may", source_basis="thỏa thuận số 1", **changes,
            )
        )  # fmt: skip
        session.add(
            CaseFile(
                id=case, code=f"{AGENCY}.2025.{one}", agency_code=AGENCY, fonds_code=AGENCY, submission_id=one,
                title="Hồ sơ & kế hoạch", regime="R1", access="01", start_date=date(2025, 1, 2),
                end_date=date(2025, 12, 31), maintenance="20 năm", total_docs=documents, total_pages=documents * 3,
                description={}, stored_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        package = Package(
            id=f"p-{one}", case_file_id=case, version=1, name=f"h37/{one}/v0001.zip", objid="urn:x", sha256="a" * 64,
            size=99, made_at=NOW,
        )  # fmt: skip
        session.add(package)
        session.flush()
        for store in ("kho-a", "kho-b", "kho-c"):
            session.add(Copy(package_id=package.id, store=store, state=CopyState.VERIFIED, checked_at=NOW))
        for ordinal in range(1, documents + 1):
            record = f"r-{one}-{ordinal}"
            session.add(
                Record(
                    id=record, case_file_id=case, ordinal=ordinal, code=f"{AGENCY}.2025.{ordinal}", type_name="Báo cáo",
                    number="1", notation="BC", issued_on=date(2025, 6, 1), organ_name="Sở", subject=WORDS, pages=3,
                    description={},
                )
            )  # fmt: skip
            session.flush()
            for role, sha256 in ((ComponentRole.ORIGINAL, f"{ordinal:064x}"), (ComponentRole.PDFA, "f" * 64)):
                session.add(
                    Component(
                        id=f"{record}-{role}", record_id=record, role=role, name=FILE_NAME, path=f"{role}/{FILE_NAME}",
                        media_type="application/pdf", size=1234567, sha256=sha256, facts={},
                    )
                )  # fmt: skip
        if remarks:
            session.add(
                Finding(submission_id=one, code="SEAL_LOOK", severity="warning", place=FILE_NAME, params={})
            )
        due.owe(session, one, now=NOW)
    return one
