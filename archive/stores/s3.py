"""A store that is a bucket of an S3 server: whole or not at all, nothing overwritten, every byte with its SHA-256.

Threat model: the server may lie, lose, cut off, be slow or gone; whoever deposits reads back and hashes
(`archive.copies`). A server that does not know `If-None-Match` would overwrite, so it is tried first, once a process,
and refused. Accepted: who has the account can delete what is not locked; copies elsewhere and fixity are for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from archive.errors import AlreadyStoredError, ArchiveError, NotFoundError, TangThuError, TemporaryError
from archive.hashing import sha256_of, sha256_of_file
from archive.reason import because, trouble
from archive.stores.interface import Left, Stored
from archive.stores.naming import QUARANTINE, BadNameError, checked
from archive.stores.s3_bucket.bucket import Bucket
from archive.stores.s3_bucket.line import TakenError
from archive.stores.s3_bucket.versions import Lock, Version
from archive.stores.s3_stream import stream
from archive.stores.settings import S3Settings

DELETED = (
    "clear (NIST SP 800-88) as far as S3 reaches: every version deleted and looked for again; "
    "what the server does with the blocks is not known, so this is not a purge"
)
NOTHING = "not applicable: nothing was there"
LONGEST_KEY = 1024
"""Bytes (S3 API); quarantined ones are longer than the name by `len(QUARANTINE) + 34`."""
MOST_PIECES = 10_000
PROBE = ".overwritten-never"


@dataclass(frozen=True)
class Facts:
    """What a bucket is like: `versions` are kept, `lock` can be set."""

    versions: bool
    lock: bool


class S3Store:
    """Keeps every name as an object below one prefix of one bucket."""

    _tried: frozenset[tuple[str, str, str]] = frozenset()

    def __init__(self, settings: S3Settings) -> None:
        self._set = settings
        self._bucket = Bucket(settings)

    @property
    def name(self) -> str:
        """Return the store's name, as settings give it."""
        return self._set.name

    def look(self) -> Facts:
        """Ask the server what the bucket is like.

        Raises:
            TemporaryError: it does not answer, or refuses the account; there is no such bucket, or objects are to be
                locked and it has no object lock.
        """
        self._bucket.require()
        facts = Facts(self._bucket.versioned(), self._bucket.lockable())
        if self._set.lock and not facts.lock:
            raise TemporaryError(because("archive.s3-no-lock", store=self.name, place=self._set.bucket))
        return facts

    def put(self, name: str, source: Path) -> Stored:
        """Copy a file in, whole or not at all; putting the same bytes twice is fine.

        Raises:
            AlreadyStoredError: other bytes are there under that name.
            TemporaryError: the server is full, slow or gone, refuses, or would overwrite.
        """
        key = self._key(name)
        if not source.is_file():
            raise ArchiveError(f"{source} is not there, so {name} cannot be stored; make it again")
        try:
            size = source.stat().st_size
            if self._bucket.head(key) is None:
                self._require_care()
                with suppress(TakenError):
                    if size <= self._set.part:
                        self._bucket.put(key, source.read_bytes())
                    else:
                        self._put_in_pieces(key, source, size)
                    return Stored(name, size)
            with self.open(name) as there:
                same = sha256_of(there) == sha256_of_file(source)
        except OSError as error:
            raise TemporaryError(
                because("archive.file-trouble", file=str(source), trouble=trouble(error))
            ) from error
        if not same:
            raise AlreadyStoredError(
                f"store {self.name} already holds other bytes as {name}; nothing was overwritten"
            )
        return Stored(name, size)

    def open(self, name: str) -> BinaryIO:
        """Return a seekable stream of the stored bytes, fetched by range; the caller closes it.

        Raises:
            NotFoundError: the bucket is there, and nothing is under that name.
            TemporaryError: the server does not answer, now or while the stream is read.
        """
        key = self._key(name)
        head = self._bucket.head(key)
        if head is None:
            raise NotFoundError(because("archive.store-lacks", store=self.name, name=name))
        return stream(self._bucket, key, head)

    def size(self, name: str) -> int | None:
        """Return the size in bytes, None when nothing is there.

        Raises:
            TemporaryError: the server or its bucket is not there, so nothing can be said.
        """
        head = self._bucket.head(self._key(name))
        return None if head is None else head.size

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, in the server's order; constant memory."""
        cut = len(self._set.prefix)
        for key in self._bucket.keys(self._set.prefix + prefix):
            name = key[cut:]
            if not any(part.startswith(".") or not part for part in name.split("/")):
                yield name

    def quarantine(self, name: str) -> str:
        """Move a damaged object aside, by the server; never delete it before its copy is there. Return where it is."""
        key = self._key(name)
        head = self._bucket.head(key)
        if head is None:
            raise NotFoundError(because("archive.store-lacks", store=self.name, name=name))
        aside = f"{QUARANTINE}/{name}/{uuid4().hex}"
        self._bucket.copy(key, head, self._set.prefix + aside)
        copied = self._bucket.head(self._set.prefix + aside)
        if copied is None or copied.size != head.size:
            raise TemporaryError(because("archive.s3-other-bytes", store=self.name, name=aside))
        # Hidden first: an older version must not come to light when this one goes.
        self._bucket.hide(key)
        if head.version:
            self._blocked(Version(key, head.version, marker=False))
        return aside

    def erase(self, name: str) -> str:
        """Delete every version of an object, quarantined and half-sent remains; look again; return how.

        What object lock keeps stays, under no name any more, and the answer begins with "not erased"
        (`left` says until when). A lock in governance mode is lifted when the account may.

        Raises:
            TemporaryError: the server did not answer, or refused; call again.
        """
        key = self._key(name)
        uploads = self._bucket.uploads(key)
        for upload in uploads:
            self._bucket.abort(key, upload)
        there = self._versions(name)
        kept = [lock for version in there if (lock := self._blocked(version)) is not None]
        if kept:
            if self._bucket.head(key) is not None:
                self._bucket.hide(key)
            return _locked(kept)
        if self.left(name).objects:
            raise TemporaryError(because("archive.s3-still-there", store=self.name, name=name))
        return DELETED if uploads or any(not one.marker for one in there) else NOTHING

    def left(self, name: str) -> Left:
        """Return what there is of that name: every version, quarantined ones, half-sent ones."""
        versions = [one for one in self._versions(name) if not one.marker]
        locks = [lock.until for one in versions if (lock := self._bucket.lock_of(one)) and lock.until]
        uploads = len(self._bucket.uploads(self._key(name)))
        # Without an end for each of them nobody can promise a day.
        ends = len(locks) == len(versions) + uploads
        return Left(len(versions) + uploads, max(locks) if locks and ends else None)

    def _versions(self, name: str) -> list[Version]:
        key = self._key(name)
        return [
            *(one for one in self._bucket.versions(key) if one.key == key),
            *self._bucket.versions(f"{self._set.prefix}{QUARANTINE}/{name}/"),
        ]

    def _blocked(self, version: Version) -> Lock | None:
        """Delete a version for good; return the lock that forbids it, None when it is gone."""
        try:
            self._bucket.delete(version)
        except NotFoundError:
            return None
        except TemporaryError as error:
            lock = self._bucket.lock_of(version) if error.reason.code == "archive.s3-refused" else None
            if lock is None:
                raise
            if lock.mode != "GOVERNANCE":
                return lock
        else:
            return None
        try:
            self._bucket.delete(version, bypass=True)
        except TemporaryError as error:
            if error.reason.code != "archive.s3-refused":
                raise
            return lock
        return None

    def _put_in_pieces(self, key: str, source: Path, size: int) -> None:
        step = max(self._set.part, -(-size // MOST_PIECES))
        upload = self._bucket.begin(key)

        def send(number: int) -> object:
            with source.open("rb") as stream:
                stream.seek((number - 1) * step)
                return self._bucket.piece(key, upload, number, stream.read(step))

        try:
            with ThreadPoolExecutor(self._set.parts_at_once) as pool:
                jobs = [pool.submit(send, number) for number in range(1, -(-size // step) + 1)]
                try:
                    pieces = [job.result() for job in jobs]
                except BaseException:
                    pool.shutdown(cancel_futures=True)
                    raise
            self._bucket.complete(key, upload, pieces)  # type: ignore[arg-type]
        except BaseException:
            with suppress(TangThuError):  # what is left of it costs room only, and `erase` finds it
                self._bucket.abort(key, upload)
            raise

    def _require_care(self) -> None:
        """Raise unless the server refuses to overwrite; asked once a process."""
        place = (self._set.endpoint, self._set.bucket, self._set.prefix)
        if place in S3Store._tried:
            return
        key = self._set.prefix + PROBE
        for _ in range(2):  # the first may find nothing there
            try:
                self._bucket.put(key, b"tangthu", locked=False)
            except TakenError:
                S3Store._tried |= {place}
                return
        raise TemporaryError(because("archive.s3-overwrites", store=self.name, place=self._set.endpoint))

    def _key(self, name: str) -> str:
        key = self._set.prefix + checked(name)
        if len(key.encode()) > LONGEST_KEY - len(QUARANTINE) - 34:
            raise BadNameError(name, "it is too long for an S3 key")
        return key


def _locked(kept: list[Lock]) -> str:
    """Return the words for what could not be erased."""
    modes = ", ".join(sorted({lock.mode for lock in kept}))
    ends = [lock.until for lock in kept]
    if any(end is None for end in ends):
        return f"not erased: S3 object lock ({modes}) without an end"
    return f"not erased: S3 object lock ({modes}) until {max(end for end in ends if end):%Y-%m-%dT%H:%MZ}"
