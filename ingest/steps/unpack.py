"""Unpack: open the delivery safely and read its description; what cannot be opened at all goes back.

Nothing of the description is recorded here: whether it may be is known after the last look for secrecy (`check`).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from archive.register.models import Agency
from archive.register.session import reading
from ingest.checks.case import PARTIAL
from ingest.checks.fields import canonical
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway import edxml, sip
from ingest.mending import earlier
from ingest.mending import package as mend_package
from ingest.mending.amendment import from_package
from ingest.steps import carry, secret
from ingest.steps.step import Act, Outcome, Verdict, Work

PACKAGE = "gói tin"


def unpack(work: Work, now: datetime) -> Outcome:
    """Write `delivery.json` and the unpacked files below `unpacked/`."""
    with reading() as session:
        agency = session.get(Agency, work.agency_code)
    if agency is None:
        finding = Finding("AGENCY_UNKNOWN", work.agency_code, {"agency": work.agency_code})
        return Outcome(Verdict.REFUSE, findings=(finding,))
    target = work.folder / "unpacked"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        if work.kind not in ("sip", "mend"):
            return _message(edxml.read(work.raw, target), now)
        delivery, mends = _mended(work, target) if work.kind == "mend" else _package(work, target)
    except UnreadableDeliveryError as error:
        place = PACKAGE if error.place == work.raw.name else error.place
        unreadable = Finding(error.code, place, {"reason": error.reason})
        return secret.refusal_of_names((place, error.reason), now) or Outcome(
            Verdict.RETURN, findings=(unreadable,)
        )
    if (refused := secret.refusal(delivery, {}, agency, now)) is not None:
        return refused
    work.save("delivery", delivery, Delivery)
    files = [file for document in delivery.documents for file in document.files]
    return Outcome(
        mends=mends or None,
        result={
            "documents": len(delivery.documents),
            "files": len(files),
            "bytes": sum(file.size for file in files),
            "standard": delivery.standard,
            "acts": [
                Act("unpacking", now, "success", f"{len(files)} files", "Tàng Thư ingest").__dict__
                | {"at": now.isoformat()}
            ],
        },
    )


def _package(work: Work, target: Path) -> tuple[Delivery, str]:
    """Return the whole delivery of a SIP, and which returned submission it mends."""
    sent = sip.read(work.raw, target)
    if sent.record_status not in PARTIAL:
        return sent, ""
    with reading() as session:
        code = canonical(sent.fields).get("FileCode", "")
        earlier_id = earlier.returned(session, agency_code=work.agency_code, file_code=code) or ""
    before = carry.opened(work, earlier_id) if earlier_id else None
    if before is None:
        nothing = Finding("MEND_NOTHING", "METS.xml", {"status": sent.record_status})
        return replace(sent, findings=(*sent.findings, nothing)), ""
    return carry.carry_over(work, before, from_package(sent, before.delivery)), earlier_id


def _mended(work: Work, target: Path) -> tuple[Delivery, str]:
    """Return the whole delivery a mend package makes of the returned one."""
    amendment = mend_package.read(work.raw, target)
    before = carry.opened(work, work.mends)
    if before is None:
        raise UnreadableDeliveryError("MEND_GONE", mend_package.DESCRIPTION, "the returned delivery is gone")
    return carry.carry_over(work, before, amendment), work.mends


def _message(message: edxml.Message, now: datetime) -> Outcome:
    """A single document waits for its case file; nobody has looked into it, so its subject is not recorded."""
    names = [message.subject, *(attachment.name for attachment in message.attachments)]
    return secret.refusal_of_names(names, now) or Outcome(
        Verdict.GATHER,
        result={"document_id": message.document_id, "attachments": len(message.attachments)},
    )
