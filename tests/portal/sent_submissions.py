"""What the offices sent to the furnished house: rows of submissions, as the road would have left them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

from house_people import LANG_SON, NINH_BINH, NOW, ident
from kept_case_files import a_pdf

from archive.hashing import sha256_of_file
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.models import Finding, StepResult, Submission
from ingest import quarantine
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery, FileFacts, SignatureFacts
from ingest.formats.derivative import Derivative
from ingest.pipeline import route
from ingest.steps.look import AllFacts
from ingest.steps.normalise import Derivatives
from ingest.steps.step import Work

RETURNED = ident("submission", "000.00.09.H42.2022.05.TB")
TO_DECIDE = ident("submission", "000.00.01.H37.2024.12.QD")
SAID = (
    ("Quyết định", "Ban hành Quy chế công tác văn thư của Ủy ban nhân dân tỉnh"),
    ("Tờ trình", "Đề nghị ban hành Quy chế công tác văn thư"),
    ("Báo cáo", "Thẩm định dự thảo Quy chế công tác văn thư"),
)
SIGNED = SignatureFacts("Ủy ban nhân dân tỉnh Lạng Sơn", "UBND", "TOTAL-PASSED", "", True, True, "")


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
    """Return what Ninh Bình sent: three documents, two of them wrong; the third has two files."""
    documents = [
        DeliveredDocument(
            f"EAD_doc_{number}.xml",
            {
                "DocCode": f"000.00.09.H42-2022.{number}",
                "Subject": f"Thông báo số {number}",
                "PageAmount": "2",
            },
            tuple(
                DeliveredFile(
                    f"Thông báo 0{number + 4}.{kind}", Path(f"{number}.{kind}"), 9, f"{number}" * 64
                )
                for kind in (("pdf", "docx") if number == 3 else ("pdf",))
            ),
        )
        for number in (1, 2, 3)
    ]
    fields = {"FileCode": "000.00.09.H42.2022.05.TB", "Title": "Hồ sơ thông báo", "PageNumber": "9"}
    return Delivery("TT02", "uuid-1", "NEW", "", NINH_BINH, fields, tuple(documents))


def leave_in_quarantine(submission_id: str, delivery: Delivery) -> None:
    """Leave what `unpack` would have written, without the files."""
    work = Work(submission_id, "", "sip", "", NOW, Path(), quarantine.work(submission_id), {})
    work.save("delivery", delivery, Delivery)


def leave_what_is_to_be_decided() -> None:
    """Leave what the road has made of the delivery Lạng Sơn's archivist decides on: files, facts, derivatives.

    Again in a copy of the archive, since what steps write names places on the disk.
    """
    folder = quarantine.work(TO_DECIDE)
    work = Work(TO_DECIDE, LANG_SON, "sip", "", NOW, quarantine.raw(TO_DECIDE), folder, {})
    documents, facts, made = [], {}, {}
    for number, (kind, subject) in enumerate(SAID, 1):
        original, derived = folder / "unpacked" / str(number), folder / "derived" / f"{number}.pdf"
        for place, content in ((original, a_pdf(subject)), (derived, a_pdf(f"PDF/A {subject}"))):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        sha256 = sha256_of_file(original)
        file = DeliveredFile(f"{kind} 1{number}.pdf", original, original.stat().st_size, sha256)
        fields = {
            "DocCode": f"000.00.01.H37.2024.12.QD.{number}",
            "TypeName": kind,
            "CodeNumber": f"1{number}",
            "CodeNotation": "QĐ-UBND",
            "IssuedDate": f"0{number}/05/2024",
            "OrganName": "UBND tỉnh Lạng Sơn",
            "Subject": subject,
            "PageAmount": "3",
        }
        documents.append(DeliveredDocument(f"EAD_doc_{number}.xml", fields, (file,)))
        facts[sha256] = FileFacts(
            sha256,
            "fmt/276",
            "application/pdf",
            ("pdf",),
            pages=2,
            pdf_version="1.7",
            macros=("VBA",) if number == 3 else (),
            signatures=(SIGNED,) if number == 1 else (),
        )
        made[sha256] = Derivative(
            sha256,
            derived,
            derived.with_suffix(".txt"),
            sha256_of_file(derived),
            derived.stat().st_size,
            2,
            "repair",
            (),
            {"veraPDF": "1.28"},
        )
    whole = Delivery(
        "TT02",
        "uuid-2",
        "NEW",
        "",
        LANG_SON,
        {
            "FileCode": "000.00.01.H37.2024.12.QD",
            "Title": "Hồ sơ ban hành Quy chế văn thư năm 2024",
            "Maintenance": "20 năm",
            "Rights": "Sử dụng có điều kiện",
            "StartDate": "01/05/2024",
            "EndDate": "20/05/2024",
            "TotalDoc": "4",
            "Language": "Tiếng Việt",
        },
        tuple(documents),
    )
    work.save("delivery", whole, Delivery)
    work.save("facts", facts, AllFacts)
    work.save("derivatives", made, Derivatives)
