"""What the offices sent to the furnished house: rows of submissions, as the road would have left them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from house_people import NINH_BINH, NOW, ident

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import Finding, StepResult, Submission
from ingest import quarantine
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.pipeline import route
from ingest.steps.step import Work

RETURNED = ident("submission", "000.00.09.H42.2022.05.TB")


def a_submission(
    session: Any, code: str, title: str, state: str, agency: str, days: float, **more: Any
) -> Submission:
    findings = more.pop("findings", ())
    upto = more.pop("upto", "keep")
    row = Submission(
        id=ident("submission", code),
        agency_code=agency,
        message_id=f"msg-{code}",
        sha256=hashlib.sha256(code.encode()).hexdigest(),
        size=1_482_331,
        kind="sip",
        file_name=f"{code}.zip",
        title=title,
        file_code=code,
        state=state,
        received_at=NOW - timedelta(days=days),
        **more,
    )
    session.add(row)
    session.flush()
    for finding_code, severity, place, params in findings:
        session.add(
            Finding(submission_id=row.id, code=finding_code, severity=severity, place=place, params=params)
        )
    names = list(route("sip"))
    done = names[: names.index(upto) + 1] if upto else []
    for position, name in enumerate(done):
        at = row.received_at + timedelta(seconds=20 * position)
        outcome = "go-on"
        if name == upto:
            outcome = {"returned": "return", "refused": "refuse", "to-decide": "go-on"}.get(state, "go-on")
        session.add(
            StepResult(
                submission_id=row.id,
                step=name,
                position=position,
                started_at=at,
                finished_at=at + timedelta(seconds=4),
                outcome=outcome,
                result={},
            )
        )
    append(
        session,
        Verb.INGEST,
        actor="system:gateway",
        kind="submission",
        id=row.id,
        payload={"size": row.size},
        after=row.sha256,
        now=row.received_at,
    )
    return row


def a_returned_delivery() -> Delivery:
    """Return what Ninh Bình sent: three documents, two of them wrong."""
    documents = [
        DeliveredDocument(
            f"EAD_doc_{number}.xml",
            {
                "DocCode": f"000.00.09.H42-2022.{number}",
                "Subject": f"Thông báo số {number}",
                "PageAmount": "2",
            },
            (DeliveredFile(f"Thông báo 0{number + 4}.pdf", Path(f"{number}.pdf"), 9, f"{number}" * 64),),
        )
        for number in (1, 2, 3)
    ]
    fields = {"FileCode": "000.00.09.H42.2022.05.TB", "Title": "Hồ sơ thông báo", "PageNumber": "9"}
    return Delivery("TT02", "uuid-1", "NEW", "", NINH_BINH, fields, tuple(documents))


def leave_in_quarantine(submission_id: str, delivery: Delivery) -> None:
    """Leave what `unpack` would have written, without the files."""
    work = Work(submission_id, "", "sip", "", NOW, Path(), quarantine.work(submission_id), {})
    work.save("delivery", delivery, Delivery)
