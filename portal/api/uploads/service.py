"""@uploads: a package in pieces, by the tus protocol 1.0 (creation, expiration, checksum, termination).

plone.restapi's own @tus-upload was looked at and not used: it knows no owner, quota, checksum or lock, and makes site
content of what comes. The shelf below (`ingest.uploads`) is plain Python; here is only its HTTP.

A request cannot be forged by a page of another site: every act needs the header `Tus-Resumable`, which makes a browser
ask first, and no origin is allowed.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, ClassVar

from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides

from archive.errors import TangThuError, TemporaryError
from archive.register.session import reading
from ingest import direct
from ingest.drafting import cabinet
from ingest.errors import IngestError
from ingest.settings import IngestSettings
from ingest.uploads import shelf
from ingest.uploads.errors import (
    ChecksumError,
    EmptyUploadError,
    KeyReusedError,
    OffsetError,
    QuotaError,
    UploadBusyError,
    UploadGoneError,
    UploadTooLargeError,
)
from ingest.uploads.upload import Purpose, Upload
from portal.api.service import ArchiveService, ProblemError

log = logging.getLogger(__name__)

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
PIECE = "application/offset+octet-stream"
LONGEST_METADATA = 8192

MISMATCH = (460, "Checksum mismatch")
STATUSES: Mapping[type[TangThuError], tuple[int, str]] = {
    UploadGoneError: (410, "Gone"),
    OffsetError: (409, "Wrong offset"),
    ChecksumError: MISMATCH,
    UploadBusyError: (423, "Locked"),
    EmptyUploadError: (400, "Empty"),
    UploadTooLargeError: (413, "Too large"),
    QuotaError: (429, "Too many uploads"),
    KeyReusedError: (422, "Idempotency-Key reused"),
}


class TusService(ArchiveService):
    """What every tus request shares: the version, and the status of each refusal."""

    permission: ClassVar[str] = "Tang Thu: Read submissions"
    depth: ClassVar[int] = 1
    versioned: ClassVar[bool] = True
    mismatch = False

    def render(self) -> Any:
        """Answer with the protocol's version in every answer."""
        self.header("Tus-Resumable", VERSION)
        body = super().render()
        if self.mismatch:
            # Zope makes a 500 of every status it has no name for; 460 is the protocol's own.
            self.request.response.status, self.request.response.errmsg = MISMATCH
        return body

    def answer(self) -> Any:
        """Do what the request asks; errors of the shelf get the protocol's status."""
        if self.versioned and self.request.get_header("Tus-Resumable", "") != VERSION:
            self.header("Tus-Version", VERSION)
            raise ProblemError(412, "Unsupported version", f"send Tus-Resumable: {VERSION}")
        alsoProvides(self.request, IDisableCSRFProtection)
        try:
            return self.act()
        except tuple(STATUSES) as error:
            self.mismatch = isinstance(error, ChecksumError)
            raise ProblemError(*STATUSES[type(error)], self.words_of(error)) from error

    def act(self) -> Any:
        """Do what the request asks."""
        raise NotImplementedError

    def header(self, name: str, value: object) -> None:
        """Set a header of the answer."""
        self.request.response.setHeader(name, str(value))

    def empty(self, status: int) -> str:
        """Answer without a body."""
        self.request.response.setStatus(status, lock=1)
        return ""

    def upload(self) -> Upload:
        """Return the upload the address names."""
        if len(self.path) != 1:
            raise ProblemError(404, "Not found", "@uploads/{id}")
        return shelf.find(self.path[0], viewer=self.viewer, now=self.now)

    def whole_number(self, name: str) -> int:
        """Return a header that is a number.

        Raises:
            ProblemError: 400 when it is none.
        """
        given = self.request.get_header(name, "") or ""
        if not (given.isascii() and given.isdigit() and len(given) <= 15):
            raise ProblemError(400, "Bad request", f"{name} must be a whole number")
        return int(given)

    def about(self, upload: Upload) -> None:
        """Say in headers how far an upload is."""
        self.header("Upload-Offset", upload.offset)
        self.header("Upload-Expires", format_datetime(upload.expires_at, usegmt=True))
        if upload.received and upload.purpose is Purpose.SUBMISSION:
            with reading() as session:
                made = direct.submission_of(session, upload.agency_code, upload.message_id)
            if made:
                self.header("Submission", f"{self.root}/@submissions/{made}")


class UploadOptions(TusService):
    """OPTIONS @uploads: what the server can do."""

    versioned: ClassVar[bool] = False

    def act(self) -> str:
        """Say version, extensions, algorithms and the greatest size."""
        self.header("Tus-Version", VERSION)
        self.header("Tus-Extension", EXTENSIONS)
        self.header("Tus-Checksum-Algorithm", ",".join(shelf.ALGORITHMS))
        self.header("Tus-Max-Size", IngestSettings.load().max_message_bytes)
        return self.empty(204)


class BeginUpload(TusService):
    """POST @uploads: begin one. Metadata: `filename`, `agency`, and `draft` for a file of a draft."""

    depth: ClassVar[int] = 0

    def act(self) -> str:
        """Begin it, and say where it is."""
        if self.request.get_header("Upload-Defer-Length", ""):
            raise ProblemError(400, "Bad request", "Upload-Length must be known when the upload is begun")
        said = _metadata(self.request.get_header("Upload-Metadata", "") or "")
        agency = said.get("agency", "") or self.word("agency", 35)
        if not agency:
            raise ProblemError(400, "Bad request", "say for which agency: metadata agency")
        draft = said.get("draft", "")
        if draft:
            cabinet.find(draft.partition("/")[0], viewer=self.viewer)
        upload = direct.begin_upload(
            agency_code=agency,
            length=self.whole_number("Upload-Length"),
            file_name=said.get("filename", ""),
            viewer=self.viewer,
            now=self.now,
            key=self.request.get_header("Idempotency-Key", "") or "",
            draft=draft,
        )
        self.header("Location", f"{self.root}/@uploads/{upload.id}")
        self.about(upload)
        return self.empty(201)


class HeadUpload(TusService):
    """HEAD @uploads/{id}: how much is here."""

    def act(self) -> str:
        """Say it in headers."""
        upload = self.upload()
        self.header("Upload-Length", upload.length)
        self.about(upload)
        self.header("Cache-Control", "no-store")
        return self.empty(200)


class GetUpload(TusService):
    """GET @uploads/{id}: the same in words, and what was made of it. Not of tus: for people and scripts."""

    versioned: ClassVar[bool] = False

    def act(self) -> Mapping[str, Any]:
        """Return how far it is and where its submission is."""
        upload = self.upload()
        with reading() as session:
            made = direct.submission_of(session, upload.agency_code, upload.message_id)
        return {
            "id": upload.id,
            "agency": upload.agency_code,
            "name": upload.file_name,
            "length": upload.length,
            "offset": upload.offset,
            "expires_at": upload.expires_at,
            "submission": f"{self.root}/@submissions/{made}" if made else None,
        }


class AddPiece(TusService):
    """PATCH @uploads/{id}: add a piece; the last one makes the package a submission."""

    def act(self) -> str:
        """Add it. Whole and on the disk is whole, whether or not it can be received at this moment."""
        if self.request.get_header("Content-Type", "").split(";")[0].strip().lower() != PIECE:
            raise ProblemError(415, "Unsupported media type", f"send Content-Type: {PIECE}")
        upload = direct.add_piece(
            self.upload(),
            self.request["BODYFILE"],
            offset=self.whole_number("Upload-Offset"),
            viewer=self.viewer,
            now=self.now,
            checksum=_checksum(self.request.get_header("Upload-Checksum", "") or ""),
        )
        if upload.whole and not upload.received:
            self._finish(upload)
        upload = shelf.by_id(upload.id) or upload
        self.about(upload)
        return self.empty(204)

    def _finish(self, upload: Upload) -> None:
        try:
            if upload.purpose is Purpose.DRAFT:
                self._attach(upload)
            else:
                direct.receive_upload(upload, now=self.now)
        except TemporaryError as error:
            log.warning("upload %s is whole and waits: %s", upload.id, error)

    def _attach(self, upload: Upload) -> None:
        try:
            cabinet.attach(upload, viewer=self.viewer, now=self.now)
        except IngestError:
            shelf.end(upload)  # the draft is full or gone: it would never be attached
            raise


class EndUpload(TusService):
    """DELETE @uploads/{id}: give it up; what has come is overwritten."""

    def act(self) -> str:
        """End it."""
        shelf.end(self.upload())
        return self.empty(204)


def _metadata(given: str) -> dict[str, str]:
    """Return `Upload-Metadata`: pairs of a name and a text in base64.

    Raises:
        ProblemError: 400 when it is something else.
    """
    if len(given) > LONGEST_METADATA:
        raise ProblemError(400, "Bad request", "Upload-Metadata is too long")
    said: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in given.split(","))):
        name, _, value = pair.partition(" ")
        try:
            said[name.lower()] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise ProblemError(
                400, "Bad request", f"Upload-Metadata: {name[:40]} is no base64 text"
            ) from error
    return said


def _checksum(given: str) -> tuple[str, bytes] | None:
    """Return `Upload-Checksum`: algorithm and digest; None when none was sent.

    Raises:
        ProblemError: 400 for an unknown algorithm or a digest that is no base64.
    """
    if not given:
        return None
    algorithm, _, digest = given.partition(" ")
    if algorithm not in shelf.ALGORITHMS:
        raise ProblemError(400, "Bad request", f"Upload-Checksum: one of {', '.join(shelf.ALGORITHMS)}")
    try:
        return algorithm, base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProblemError(400, "Bad request", "Upload-Checksum: the digest is no base64") from error
