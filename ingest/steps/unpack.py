"""Unpack: open the delivery safely and read its description; what cannot be opened at all goes back.

Nothing of the description is recorded here: whether it may be is known after the last look for secrecy (`check`).
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.reason import because
from archive.register.models import Agency, SubmissionKind
from archive.register.session import reading
from archive.vietnam import day_of
from ingest.agreements.versions import agreed_on
from ingest.checks.case import PARTIAL
from ingest.delivery import Delivery, Previous
from ingest.errors import UnreadableDeliveryError
from ingest.finding import Finding
from ingest.gateway import edxml
from ingest.gateway.limits import Limits
from ingest.gathering import assembly
from ingest.gathering.document import delivery_of
from ingest.gathering.originals import MESSAGES
from ingest.mending import earlier
from ingest.mending import package as mend_package
from ingest.mending.amendment import from_package
from ingest.outbox import ABOUT
from ingest.readers import record_status
from ingest.readers.fetcher import HttpFetcher
from ingest.readers.interface import Context
from ingest.readers.read import read
from ingest.settings import IngestSettings
from ingest.steps import carry, secret
from ingest.steps.join import CHOSEN, Chosen
from ingest.steps.step import Outcome, Verdict, Work

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
        if work.kind in MESSAGES:
            return _message(work, edxml.read(work.raw, target), agency, now)
        delivery, mends = _opened(work, target, now)
    except UnreadableDeliveryError as error:
        place = PACKAGE if error.place == work.raw.name else error.place
        unreadable = Finding(error.code, place, {"reason": error.reason})
        return secret.refusal_of_names((place, str(error.reason)), now) or Outcome(
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
            "format": delivery.kind,
            "fetched": list(delivery.fetched),
        },
    )


def _package(work: Work, target: Path, now: datetime) -> tuple[Delivery, str]:
    """Return the whole delivery of a package, and which returned submission it mends."""
    sent = read(work.raw, target, _context(work, now))
    if sent.record_status not in PARTIAL or sent.previous == Previous():
        return sent, ""
    before, told = _before(work, sent)
    if before is None:
        return replace(sent, findings=(*sent.findings, told)), ""
    return carry.carry_over(work, before, from_package(sent, before.delivery)), before.work.submission_id


def _before(work: Work, sent: Delivery) -> tuple[carry.Earlier | None, Finding]:
    """Return the returned delivery a package belongs to; when there is none, the finding that says so.

    A stored case file is never overwritten by a package: that is told, and an archivist answers.
    """
    code = sent.previous.file_code
    with reading() as session:
        stored = earlier.is_stored(session, agency_code=work.agency_code, file_code=code)
        by_code = earlier.returned(session, agency_code=work.agency_code, file_code=code)
        ids = earlier.all_returned(session, agency_code=work.agency_code) if sent.previous.objid else ()
    params = {"status": sent.record_status}
    if stored:
        return None, Finding("RECORD_STORED", record_status.PLACE, params | {"code": code})
    before = carry.by_objid(work, ids, sent.previous.objid)
    if before is None and by_code:
        before = carry.opened(work, by_code)
    return before, Finding("MEND_NOTHING", record_status.PLACE, params)


def _mended(work: Work, target: Path) -> tuple[Delivery, str]:
    """Return the whole delivery a mend package makes of the returned one."""
    amendment = mend_package.read(work.raw, target)
    before = carry.opened(work, work.mends)
    if before is None:
        raise UnreadableDeliveryError("MEND_GONE", mend_package.DESCRIPTION, because("ingest.returned-gone"))
    return carry.carry_over(work, before, amendment), work.mends


def _context(work: Work, now: datetime) -> Context:
    settings = IngestSettings.load()
    with reading() as session:
        agreed = agreed_on(session, work.agency_code, day_of(work.received_at))
    return Context(
        limits=Limits.of(settings),
        agency_code=work.agency_code,
        file_name=work.file_name,
        fetcher=HttpFetcher(
            agreed.terms.places_of(work.agency_code),
            seconds=settings.fetch_seconds,
            give_up=now - work.received_at > timedelta(seconds=settings.fetch_patience_seconds),
        ),
    )


def _opened(work: Work, target: Path, now: datetime) -> tuple[Delivery, str]:
    """Return the case file that was sent, or made here, and which returned submission it mends."""
    if work.kind == SubmissionKind.MEND:
        return _mended(work, target)
    return _assembled(work) if work.kind == SubmissionKind.ASSEMBLY else _package(work, target, now)


def _assembled(work: Work) -> tuple[Delivery, str]:
    """Return the case file an archivist made of lone documents; which they are is saved for `join`."""
    delivery, chosen = assembly.read(work.raw)
    work.save(CHOSEN, chosen, Chosen)
    return delivery, ""


def _message(work: Work, message: edxml.Message, agency: Agency, now: datetime) -> Outcome:
    """Write `message.json` and, of the document it brings, `delivery.json`.

    How its sender names the document goes into the result, for statuses; that is no event of the ledger.
    """
    delivery = delivery_of(message)
    names = [message.subject, *(attachment.name for attachment in message.attachments)]
    said = {
        "Secret": message.secrecy,
        "Subject": message.subject,
        "TypeName": message.type_name,
        "Description": message.description,
        "Reason": message.reason,
    }
    said |= {f"Attachment {n}": one.description for n, one in enumerate(message.attachments, 1)}
    refused = secret.refusal_of_message(names, said, now) or secret.refusal(delivery, {}, agency, now)
    if refused is not None:
        return refused
    work.save("message", message, edxml.Message)
    work.save("delivery", delivery, Delivery)
    result: dict[str, object] = {"kind": str(message.kind), "files": len(message.attachments)}
    if message.document_id:
        day = f"{message.issued:%Y/%m/%d}" if message.issued else ""
        code = message.code if message.number else ""
        result[ABOUT] = asdict(edxml.Reference(message.sender, code, day, message.document_id))
    return Outcome(result=result)
