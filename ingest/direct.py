"""Deliveries that come to us: by REST in one piece or in several, and from the form in the portal.

They are received like those of any other way in: bytes stored and ledgered before anybody looks into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import NotAllowedError, NotFoundError
from archive.hashing import CHUNK
from archive.reason import because
from archive.register.models import Agency, Outbox, Submission, SubmissionKind, new_id
from archive.register.session import reading
from archive.viewer import Viewer
from ingest.errors import IngestError, too_large
from ingest.inbox_settings import RestInbox
from ingest.reception import Received, receive
from ingest.resending import SENDS
from ingest.settings import IngestSettings
from ingest.uploads import keys, shelf
from ingest.uploads.errors import EmptyUploadError, UploadTooLargeError
from ingest.uploads.upload import Purpose, Upload

KIND = SubmissionKind.SIP
LONGEST_NAME = 255


@dataclass(frozen=True)
class Told:
    """One status about a delivery, as its sender may read it."""

    status: str
    reason: str
    sent_at: datetime | None
    about: str


def way_for(viewer: Viewer, agency_code: str) -> RestInbox:
    """Return the way in by which this person may send for that agency.

    Raises:
        NotAllowedError: the person neither sends nor receives for it, or it may not send this way.
        NotFoundError: no such agency.
    """
    if not any(viewer.has(role, agency_code) for role in SENDS):
        raise NotAllowedError(because("ingest.sends-nothing", who=viewer.name, agency=agency_code))
    with reading() as session:
        if session.get(Agency, agency_code) is None:
            raise NotFoundError(because("ingest.no-agency", agency=agency_code))
    way = IngestSettings.load().rest_for(agency_code)
    if way is None:
        raise NotAllowedError(because("ingest.no-way-in", agency=agency_code))
    return way


def deliver(
    source: BinaryIO, *, agency_code: str, file_name: str, key: str, viewer: Viewer, now: datetime
) -> Received:
    """Receive a package that came in one piece; the same key and bytes give the same submission.

    Args:
        source: the package; must be seekable.
        key: the sender's Idempotency-Key, 1 to 255 printable characters of ASCII.

    Raises:
        NotAllowedError, NotFoundError: as `way_for`.
        KeyReusedError: the key came with other bytes before.
        IngestError: it is no key.
        BadMessageError: larger than a message may be.
        TemporaryError: the quarantine cannot be written.
    """
    way = way_for(viewer, agency_code)
    claim = keys.claim(
        _checked(key),
        agency_code=agency_code,
        holder=viewer.name,
        fingerprint=f"bytes {_fingerprint(source)}",
        kept=timedelta(seconds=way.key_seconds),
        now=now,
    )
    return receive(
        source,
        agency_code=agency_code,
        message_id=f"rest-{claim.token}",
        kind=KIND,
        file_name=file_name[:LONGEST_NAME],
        actor=viewer.name,
        now=now,
        inbox=way.name,
    )


def begin_upload(
    *,
    agency_code: str,
    length: int,
    file_name: str,
    viewer: Viewer,
    now: datetime,
    key: str = "",
    draft: str = "",
) -> Upload:
    """Begin an upload and return it; the same key and announcement give the same upload as long as it is there.

    Args:
        length: bytes it will have.
        draft: the draft it is a file for; "" for a package.

    Raises:
        NotAllowedError, NotFoundError: as `way_for`.
        EmptyUploadError: no bytes are announced.
        UploadTooLargeError: longer than a message may be.
        KeyReusedError: the key came with another announcement before.
        QuotaError: the agency has too much open.
        TemporaryError: the disk has no room for it now.
    """
    way = way_for(viewer, agency_code)
    limit = IngestSettings.load().max_message_bytes
    if length < 1:
        raise EmptyUploadError
    if length > limit:
        raise UploadTooLargeError(limit)
    upload_id = new_id()
    if key:
        claim = keys.claim(
            _checked(key),
            agency_code=agency_code,
            holder=viewer.name,
            fingerprint=f"upload {length} {draft} {file_name}",
            kept=timedelta(seconds=way.key_seconds),
            now=now,
        )
        upload_id = claim.token
    return shelf.begin(
        Upload(
            id=upload_id,
            agency_code=agency_code,
            holder=viewer.name,
            length=length,
            offset=0,
            file_name=file_name[:LONGEST_NAME],
            purpose=Purpose.DRAFT if draft else Purpose.SUBMISSION,
            message_id=f"rest-{upload_id}",
            draft=draft,
            created_at=now,
            expires_at=now + timedelta(seconds=way.upload_seconds),
        ),
        way,
    )


def add_piece(
    upload: Upload,
    source: BinaryIO,
    *,
    offset: int,
    viewer: Viewer,
    now: datetime,
    checksum: tuple[str, bytes] | None = None,
) -> Upload:
    """Add a piece; as `ingest.uploads.shelf.append`, if the person may still send for the agency."""
    way = way_for(viewer, upload.agency_code)
    return shelf.append(upload, source, offset=offset, settings=way, now=now, checksum=checksum)


def receive_upload(upload: Upload, *, now: datetime) -> Received:
    """Receive a package whose upload is whole. What fails now is tried again by the way in's own turn.

    Raises:
        TemporaryError: the quarantine cannot be written.
        IngestError: it is not whole, or not a package.
    """
    if not upload.whole or upload.purpose is not Purpose.SUBMISSION:
        raise IngestError(because("ingest.upload-not-whole"))
    way = IngestSettings.load().rest_for(upload.agency_code)
    with shelf.data(upload).open("rb") as source:
        received = receive(
            source,
            agency_code=upload.agency_code,
            message_id=upload.message_id,
            kind=KIND,
            file_name=upload.file_name,
            actor=upload.holder,
            now=now,
            inbox=way.name if way else "",
        )
    shelf.received(upload)
    return received


def submission_of(session: Session, agency_code: str, message_id: str) -> str | None:
    """Return the id of what was received under a message id; None when nothing was (yet)."""
    found: str | None = session.scalar(
        select(Submission.id)
        .where(Submission.agency_code == agency_code, Submission.message_id == message_id)
        .order_by(Submission.received_at)
        .limit(1)
    )
    return found


def statuses(session: Session, submission_id: str) -> list[Told]:
    """Return the statuses owed about a delivery in the order in which they came to be owed."""
    rows = session.scalars(select(Outbox).where(Outbox.submission_id == submission_id).order_by(Outbox.id))
    return [
        Told(row.status, row.reason, row.sent_at, (row.about or {}).get("document_id", "")) for row in rows
    ]


def _fingerprint(source: BinaryIO) -> str:
    """Return the SHA-256 of a package, and stand at its beginning again.

    Raises:
        BadMessageError: larger than a message may be.
    """
    limit, digest, size = IngestSettings.load().max_message_bytes, sha256(), 0
    while block := source.read(CHUNK):
        size += len(block)
        if size > limit:
            raise too_large(limit)
        digest.update(block)
    source.seek(0)
    return digest.hexdigest()


def _checked(key: str) -> str:
    if not 0 < len(key) <= keys.LONGEST or not (key.isascii() and key.isprintable()):
        raise IngestError(because("ingest.no-key", longest=keys.LONGEST))
    return key
