"""Unpack: open the delivery safely and read its description; what cannot be opened at all goes back."""

from __future__ import annotations

import shutil
from datetime import datetime

from archive.register.models import Agency
from archive.register.session import reading
from ingest.delivery import Delivery
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway import edxml, sip
from ingest.steps.step import Act, Outcome, Verdict, Work


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
        if work.kind == "edxml":
            message = edxml.read(work.raw, target)
            return Outcome(
                Verdict.GATHER,
                result={"document_id": message.document_id, "attachments": len(message.attachments)},
                title=message.subject,
            )
        delivery = sip.read(work.raw, target)
    except UnreadableDeliveryError as error:
        return Outcome(Verdict.RETURN, findings=(Finding(error.code, error.place, {"reason": error.reason}),))
    work.save("delivery", delivery, Delivery)
    files = [file for document in delivery.documents for file in document.files]
    return Outcome(
        title=delivery.fields.get("Title", ""),
        file_code=delivery.fields.get("FileCode", ""),
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
