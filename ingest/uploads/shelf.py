"""The shelf: uploads on the quarantine's disk, each in pieces until it is whole.

Layout: `quarantine/.uploads/<hash of the agency>/<upload id>/`: `about.json` (`Upload`), `data`, `lock`. How much has
come is what `about.json` says: bytes behind it were not confirmed to anybody and are cut off before the next piece.

Threat model: whoever may submit for an agency may also be careless or hostile. An agency has a quota of uploads and
bytes, counted by what was announced; a piece can write no more than was announced; names are never paths; what nobody
goes on with is overwritten and removed. Bytes stream: memory does not grow with them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from archive import note
from archive.errors import NotFoundError, TemporaryError
from archive.hashing import CHUNK
from archive.reason import because, trouble
from archive.viewer import Viewer
from archive.wiping import wipe_file, wipe_folder
from ingest import quarantine
from ingest.inbox_settings import RestInbox
from ingest.uploads.errors import (
    ChecksumError,
    OffsetError,
    QuotaError,
    UploadGoneError,
    UploadTooLargeError,
)
from ingest.uploads.locked import locked
from ingest.uploads.upload import Purpose, Upload

ALGORITHMS = ("sha256", "sha512", "sha1", "md5")
"""Checksums of a piece; they find broken lines, not forgers."""
SPARE = 256 << 20
"""Bytes that stay free on the disk: the pipeline needs some to go on."""
ORPHAN_SECONDS = 3600


def home() -> Path:
    """Return the folder all uploads are in; it need not exist."""
    return quarantine.home() / ".uploads"


def begin(upload: Upload, settings: RestInbox) -> Upload:
    """Make room for an upload and return it; one that was begun under the same id is returned as it stands.

    Raises:
        QuotaError: the agency has too much open.
        TemporaryError: the disk has no room for it now.
    """
    shelf = _shelf(upload.agency_code)
    place = shelf / upload.id
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with locked(shelf / "lock", wait=True):
            if (earlier := note.read(place / "about.json", Upload)) is not None:
                return earlier
            open_ = [one for one in _of(shelf) if not one.received]
            if (
                len(open_) >= settings.uploads
                or sum(one.length for one in open_) + upload.length > settings.upload_bytes
            ):
                raise QuotaError(upload.agency_code, uploads=settings.uploads, size=settings.upload_bytes)
            left = sum(one.length - one.offset for one in open_)
            if shutil.disk_usage(shelf).free - left < upload.length + SPARE:
                raise TemporaryError(because("ingest.quarantine-trouble", trouble="ENOSPC"))
            place.mkdir(exist_ok=True)
            (place / "data").touch()
            note.write(place / "about.json", upload)
    except OSError as error:
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
    return upload


def find(upload_id: str, *, viewer: Viewer, now: datetime) -> Upload:
    """Return an upload of this person's.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
        UploadGoneError: its time is over.
    """
    found = _read(upload_id)
    if found is None or found.holder != viewer.name:
        raise NotFoundError(because("ingest.no-upload", upload=upload_id))
    if found.expires_at <= now:
        raise UploadGoneError
    return found


def append(
    upload: Upload,
    source: BinaryIO,
    *,
    offset: int,
    settings: RestInbox,
    now: datetime,
    checksum: tuple[str, bytes] | None = None,
) -> Upload:
    """Add a piece behind what is here; it is on the disk when this returns, whole or not at all.

    Args:
        source: the piece, read twice when it has a checksum; must be seekable then.
        offset: where its sender believes it belongs.
        checksum: algorithm of `ALGORITHMS` and digest.

    Raises:
        OffsetError: it does not follow what is here.
        ChecksumError: it is not what its sender sent.
        UploadTooLargeError: more than was announced.
        UploadBusyError: another request adds to it at this moment.
        UploadGoneError: it was ended meanwhile.
        TemporaryError: the disk is full or gone.
    """
    with _held(upload) as (place, current):
        if offset != current.offset:
            raise OffsetError(current.offset)
        if checksum is not None and _digest(source, checksum[0]) != checksum[1]:
            raise ChecksumError(checksum[0])
        came = _written(place / "data", source, current)
        moved = replace(
            current, offset=current.offset + came, expires_at=now + timedelta(seconds=settings.upload_seconds)
        )
        note.write(place / "about.json", moved)
        return moved


def data(upload: Upload) -> Path:
    """Return where its bytes lie."""
    return _shelf(upload.agency_code) / upload.id / "data"


def received(upload: Upload) -> None:
    """Note that a whole upload was received, and let its bytes go: the submission has them.

    What is known of it stays until it runs out, for a sender who did not hear the answer.
    """
    with _held(upload, wait=True) as (place, current):
        done = replace(current, received=True)
        note.write(place / "about.json", done)
        if (place / "data").exists():
            wipe_file(place / "data")


def move(upload: Upload, target: Path) -> None:
    """Move a whole upload's bytes to another place on the same disk; nothing when they were moved there before.

    The upload stays known until `end`, so that who is killed in between goes on.

    Raises:
        UploadGoneError: they are neither here nor there.
    """
    with _held(upload) as (place, _):
        if (place / "data").exists():
            (place / "data").replace(target)
        elif not target.exists():
            raise UploadGoneError


def end(upload: Upload) -> None:
    """Overwrite and remove an upload; nothing when it is gone."""
    wipe_folder(_shelf(upload.agency_code) / upload.id)


def whole() -> Iterator[Upload]:
    """Yield every upload that has come whole and was not received or taken yet, oldest first."""
    waiting = [
        one
        for shelf in (home().iterdir() if home().is_dir() else ())
        for one in _of(shelf)
        if one.whole and not one.received
    ]
    yield from sorted(waiting, key=lambda one: (one.created_at, one.id))


def by_id(upload_id: str) -> Upload | None:
    """Return an upload, whoever began it; None when it is gone."""
    return _read(upload_id)


def tidy(now: datetime) -> int:
    """Overwrite and remove what nobody goes on with and what was received long ago; return how many those were.

    A whole upload that waits to be received stays: its sender was told that it is safe.
    """
    count = 0
    for shelf in list(home().iterdir()) if home().is_dir() else ():
        for place in [one for one in shelf.iterdir() if one.is_dir()]:
            about = note.read(place / "about.json", Upload)
            if about is None:
                over = now.timestamp() - place.stat().st_mtime > ORPHAN_SECONDS
            else:
                waits = about.whole and not about.received and about.purpose is Purpose.SUBMISSION
                over = about.expires_at <= now and not waits
            if over:
                wipe_folder(place)
                count += 1
    return count


def _shelf(agency_code: str) -> Path:
    return home() / hashlib.sha256(agency_code.encode()).hexdigest()[:24]


def _of(shelf: Path) -> list[Upload]:
    if not shelf.is_dir():
        return []
    found = (note.read(place / "about.json", Upload) for place in shelf.iterdir() if place.is_dir())
    return [one for one in found if one is not None]


def _read(upload_id: str) -> Upload | None:
    try:
        known = str(UUID(upload_id)) == upload_id
    except ValueError:
        known = False
    if not known or not home().is_dir():
        return None
    places = (shelf / upload_id / "about.json" for shelf in home().iterdir())
    return next((one for place in places if (one := note.read(place, Upload)) is not None), None)


@contextmanager
def _held(upload: Upload, *, wait: bool = False) -> Iterator[tuple[Path, Upload]]:
    """Yield folder and present state of an upload that nobody else changes meanwhile."""
    place = _shelf(upload.agency_code) / upload.id
    try:
        with locked(place / "lock", wait=wait):
            current = note.read(place / "about.json", Upload)
            if current is None:
                raise UploadGoneError
            yield place, current
    except FileNotFoundError as error:
        raise UploadGoneError from error


def _digest(source: BinaryIO, algorithm: str) -> bytes:
    start = source.tell()
    digest = hashlib.new(algorithm, usedforsecurity=False)
    while block := source.read(CHUNK):
        digest.update(block)
    source.seek(start)
    return digest.digest()


def _written(path: Path, source: BinaryIO, upload: Upload) -> int:
    """Write a piece at the upload's offset and return its size; more than was announced is cut off again."""
    came, room = 0, upload.length - upload.offset
    try:
        with path.open("r+b") as out:
            out.truncate(upload.offset)
            out.seek(upload.offset)
            while block := source.read(CHUNK):
                came += len(block)
                if came > room:
                    out.truncate(upload.offset)
                    raise UploadTooLargeError(upload.length)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
    return came
