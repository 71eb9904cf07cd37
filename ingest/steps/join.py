"""Join: documents that came alone over the axis are put into the case file that names them.

A description without a file of its own names its message by DocumentId, or by number, notation, date and agency; an
archivist's assembly names the messages themselves. Their bytes stay where they are until the case file is stored; the
original edXML goes into the package beside the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.event import Verb
from archive.reason import because
from archive.register.models import Submission
from archive.register.session import reading
from ingest import quarantine
from ingest.delivery import DeliveredDocument, DeliveredFile, Delivery
from ingest.errors import NotYetError
from ingest.finding import Finding
from ingest.gateway.edxml import Message
from ingest.gathering import claims, lone
from ingest.gathering.document import fields_of
from ingest.gathering.match import Matches, Wanted, match, wanted_of
from ingest.gathering.patience import still_coming
from ingest.gathering.waiting import candidates
from ingest.steps.step import Note, Outcome, Work

CHOSEN = "chosen"
"""What an assembly saves: ordinal of a document -> submission id of its message."""
NO_FILE = "SIP_DOC_NO_FILE"
Chosen = dict[int, str]


@dataclass(frozen=True)
class _Joined:
    """A message as it goes into the case file; `message` is None when its bytes are gone."""

    id: str
    message: Message | None
    files: tuple[DeliveredFile, ...] = ()
    source: DeliveredFile | None = None


def join(work: Work, now: datetime, *, patient: bool = True) -> Outcome:
    """Write `delivery.json` anew with the documents that were found; what was not is a finding of the case file.

    Args:
        patient: wait a little for what has not come; a trial does not.

    Raises:
        NotYetError: a document may still come, or its message be read.
    """
    delivery = _own(work.load("delivery", Delivery), work)
    chosen = work.find(CHOSEN, Chosen) or {}
    bare = {
        ordinal: wanted_of(ordinal, document.fields)
        for ordinal, document in enumerate(delivery.documents, 1)
        if not document.files and ordinal not in chosen
    }
    wanted = [one for one in bare.values() if one.named]
    with reading() as session:
        matches = _matches(session, work, wanted)
        if (
            patient
            and matches.missing
            and still_coming(
                session,
                agency_code=work.agency_code,
                submission_id=work.submission_id,
                received_at=work.received_at,
                now=now,
            )
        ):
            raise NotYetError(because("ingest.documents-to-come", count=matches.missing))
        found = {ordinal: _read(session, work, id) for ordinal, id in ({**matches.found, **chosen}).items()}
        recalled = list(_recalled(session, work, delivery))
    joined = {ordinal: one for ordinal, one in found.items() if one.message is not None}
    lost = [
        Finding("GATHER_GONE", f"document {ordinal}", {}, ordinal)
        for ordinal in found
        if ordinal not in joined
    ]
    named = {one.ordinal for one in wanted} | set(found)
    work.save(
        "delivery",
        replace(
            delivery,
            documents=tuple(
                _with(document, joined.get(ordinal)) for ordinal, document in enumerate(delivery.documents, 1)
            ),
            sources=(*delivery.sources, *(one.source for one in joined.values() if one.source)),
            findings=(
                *(one for one in delivery.findings if not (one.code == NO_FILE and one.document in named)),
                *matches.findings,
                *lost,
                *recalled,
            ),
        ),
        Delivery,
    )
    ids = sorted(one.id for one in joined.values())

    def effect(session: Session, _at: datetime) -> None:
        claims.claim(session, work.submission_id, ids)

    return Outcome(
        result={
            "gathered": {str(ordinal): one.id for ordinal, one in sorted(joined.items())},
            "missing": matches.missing,
            "at": now.isoformat(),
        },
        notes=(Note(Verb.VALIDATE, {"gathered": ids}),) if ids else (),
        effect=effect,
    )


def _own(delivery: Delivery, work: Work) -> Delivery:
    """Return the delivery without what was gathered before, by a killed run or by the delivery this one mends.

    Documents are always gathered anew: in between, one may have been recalled or replaced.
    """

    mine, home = work.folder.resolve(), quarantine.home().resolve()

    def own(file: DeliveredFile) -> bool:
        place = file.path.resolve()
        return place.is_relative_to(mine) or not place.is_relative_to(home)

    stripped = {
        ordinal
        for ordinal, document in enumerate(delivery.documents, 1)
        if any(not own(file) for file in document.files)
    }
    findings = [one for one in delivery.findings if not one.code.startswith("GATHER_")]
    without = {one.document for one in delivery.findings if one.code.startswith("GATHER_")} | stripped
    findings += [
        Finding(NO_FILE, document.place, {}, ordinal)
        for ordinal, document in enumerate(delivery.documents, 1)
        if ordinal in without and not [file for file in document.files if own(file)]
    ]
    return replace(
        delivery,
        documents=tuple(
            replace(document, files=tuple(file for file in document.files if own(file)))
            for document in delivery.documents
        ),
        sources=tuple(file for file in delivery.sources if own(file)),
        findings=tuple(findings),
    )


def _matches(session: Session, work: Work, wanted: list[Wanted]) -> Matches:
    if not wanted:
        return Matches({}, ())
    there = candidates(session, wanted, agency_code=work.agency_code, case_id=work.submission_id)
    return match(wanted, there)


def _read(session: Session, work: Work, message_id: str) -> _Joined:
    """Read what the message's own pipeline saved."""
    there = replace(work, submission_id=message_id, folder=quarantine.folder(message_id) / "work")
    message, delivery = there.find("message", Message), there.find("delivery", Delivery)
    row = session.get(Submission, message_id)
    raw = quarantine.raw(message_id)
    if message is None or delivery is None or row is None or not raw.exists():
        return _Joined(message_id, None)
    source = DeliveredFile(f"{message_id}.edxml", raw, row.size, row.sha256)
    return _Joined(message_id, message, delivery.documents[0].files, source)


def _with(document: DeliveredDocument, joined: _Joined | None) -> DeliveredDocument:
    """Return the document with the message's files; what the case file says of it wins over what the message says."""
    if joined is None or joined.message is None:
        return document
    said: Mapping[str, str] = {name: value for name, value in document.fields.items() if value.strip()}
    return replace(document, fields={**fields_of(joined.message), **said}, files=joined.files)


def _recalled(session: Session, work: Work, delivery: Delivery) -> Iterator[Finding]:
    """Yield the documents of this case file that their sender asked back before they came."""
    asked = lone.recalled_before(session, work.agency_code)
    if not asked:
        return
    for ordinal, document in enumerate(delivery.documents, 1):
        wanted = wanted_of(ordinal, document.fields)
        if lone.is_recalled(wanted, asked):
            yield Finding("GATHER_RECALLED", f"document {ordinal}", {"code": wanted.shown["code"]}, ordinal)
