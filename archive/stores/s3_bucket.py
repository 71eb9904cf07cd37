"""One bucket of an S3 server, the only module that knows boto3: requests in, facts out, every error one of ours.

Nothing but the settings is heard: no profile, no `~/.aws`, no proxy and no address from the environment. Each request
has a time limit, also when the server trickles, and is sent again a bounded number of times.
"""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import boto3
import botocore.session
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from archive.errors import NotFoundError, TemporaryError
from archive.reason import because
from archive.stores.settings import S3Settings

NOWHERE = (None, None, os.devnull, None)
NO_SUCH_KEY = frozenset({"NoSuchKey", "404", "NoSuchVersion", "NotFound"})
NO_LOCK = frozenset(
    {
        "InvalidRequest",
        "NoSuchObjectLegalHold",
        "NoSuchObjectLockConfiguration",
        "NotImplemented",
        "ObjectLockConfigurationNotFoundError",
    }
)
"""What servers say when an object or a bucket has no lock."""
PIECE = 1 << 18
COPIED_WHOLE = 4 << 30
"""Bytes up to which the server copies an object in one request (S3: 5 GiB)."""

for _name in ("boto3", "botocore", "s3transfer", "urllib3"):
    # At DEBUG botocore writes whole requests into the log, signatures among them.
    logging.getLogger(_name).setLevel(logging.WARNING)


class TakenError(Exception):
    """Something is under that key already. Never leaves `archive.stores`."""


@dataclass(frozen=True)
class Head:
    """An object that is there.

    Attributes:
        version: "" in a bucket without versions.
    """

    size: int
    etag: str
    version: str


@dataclass(frozen=True)
class Version:
    """One version of an object, or a marker that hides older ones."""

    key: str
    id: str
    marker: bool


@dataclass(frozen=True)
class Lock:
    """Why a version cannot be deleted.

    Attributes:
        mode: COMPLIANCE, GOVERNANCE or HOLD (a legal hold, which has no end).
    """

    mode: str
    until: datetime | None


class _Timed(io.BytesIO):
    """Bytes to send, which refuse to be read when sending them takes too long (each attempt anew)."""

    def __init__(self, data: bytes, seconds: float) -> None:
        super().__init__(data)
        self._seconds = seconds
        self._ends = time.monotonic() + seconds

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset == 0 and whence == 0:
            self._ends = time.monotonic() + self._seconds
        return super().seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        if time.monotonic() > self._ends:
            raise TimeoutError("the server takes the bytes too slowly")
        return super().read(size)


@lru_cache(maxsize=32)
def _client(settings: S3Settings, keys: tuple[str, str, str], process: int) -> Any:
    """Return a client (half a second of work); one a process: connections must not be carried over a fork."""
    nothing = {"profile": (None, None, None, None), "config_file": NOWHERE, "credentials_file": NOWHERE}
    core = botocore.session.Session(session_vars=nothing)
    return boto3.session.Session(botocore_session=core).client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        aws_session_token=keys[2] or None,
        verify=str(settings.ca_file) if settings.ca_file else True,
        config=Config(
            signature_version="s3v4",
            connect_timeout=settings.connect_seconds,
            read_timeout=settings.read_seconds,
            retries={"total_max_attempts": settings.attempts, "mode": "standard"},
            max_pool_connections=4 * settings.parts_at_once,
            proxies={"http": settings.proxy, "https": settings.proxy} if settings.proxy else {},
            s3={"addressing_style": settings.addressing},
            # Our own SHA-256 goes with every object and piece; anything else is the server's affair.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class Bucket:
    """A bucket; keys are whole, with the prefix. `name` in messages is the key."""

    def __init__(self, settings: S3Settings) -> None:
        self._set = settings
        keys = settings.keys()
        # Several stores of one server and account share a client.
        line = settings.model_copy(
            update={"name": "", "bucket": "", "prefix": "", "lock": "", "lock_days": 0}
        )
        self._boto = _client(line, (keys.access_key, keys.secret_key, keys.token), os.getpid())
        self._at = {"Bucket": settings.bucket}

    def head(self, key: str) -> Head | None:
        """Return what is under a key, None when nothing is and the bucket is there."""
        try:
            with self._answers(key):
                found = self._boto.head_object(**self._at, Key=key)
        except NotFoundError:
            self.require()
            return None
        return Head(found["ContentLength"], found["ETag"], found.get("VersionId", ""))

    def require(self) -> None:
        """Raise unless the bucket is there and may be used."""
        with self._answers("", bucket=True):
            self._boto.head_bucket(**self._at)

    def versioned(self) -> bool:
        """Say whether what is deleted leaves older versions behind."""
        with self._answers("", bucket=True):
            return bool(self._boto.get_bucket_versioning(**self._at).get("Status"))

    def lockable(self) -> bool:
        """Say whether the bucket has object lock."""
        try:
            with self._answers("", bucket=True):
                found = self._boto.get_object_lock_configuration(**self._at)
        except TemporaryError as error:
            if error.reason.params.get("answer") in (
                "ObjectLockConfigurationNotFoundError",
                "NotImplemented",
            ):
                return False
            raise
        return bool(found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def put(self, key: str, data: bytes, *, locked: bool = True) -> None:
        """Store an object unless something is there.

        Raises:
            TakenError: something is.
        """
        told = _checksum(data)
        with self._answers(key), self._free(key):
            answer = self._boto.put_object(
                **self._at,
                Key=key,
                Body=self._timed(data),
                ContentLength=len(data),
                ChecksumSHA256=told,
                IfNoneMatch="*",
                ContentType="application/octet-stream",
                **(self._lock() if locked else {}),
            )
        self._same(key, told, answer)

    def begin(self, key: str) -> str:
        """Begin an upload in pieces; return its id."""
        with self._answers(key):
            answer = self._boto.create_multipart_upload(
                **self._at,
                Key=key,
                ChecksumAlgorithm="SHA256",
                ContentType="application/octet-stream",
                **self._lock(),
            )
        return str(answer["UploadId"])

    def piece(self, key: str, upload: str, number: int, data: bytes) -> Mapping[str, Any]:
        """Send one piece (numbers begin with 1); return what `complete` wants to know of it."""
        told = _checksum(data)
        with self._answers(key):
            answer = self._boto.upload_part(
                **self._at,
                Key=key,
                UploadId=upload,
                PartNumber=number,
                Body=self._timed(data),
                ContentLength=len(data),
                ChecksumSHA256=told,
            )
        self._same(key, told, answer)
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": told}

    def complete(self, key: str, upload: str, pieces: Sequence[Mapping[str, Any]]) -> None:
        """Make the pieces an object, at once and whole, unless something is there.

        Raises:
            TakenError: something is; also when an answer was lost and this is the second time of asking.
        """
        with self._answers(key), self._free(key):
            self._boto.complete_multipart_upload(
                **self._at, Key=key, UploadId=upload, MultipartUpload={"Parts": list(pieces)}, IfNoneMatch="*"
            )

    def abort(self, key: str, upload: str) -> None:
        """Forget an upload and its pieces; one that is not there is fine."""
        try:
            with self._answers(key):
                self._boto.abort_multipart_upload(**self._at, Key=key, UploadId=upload)
        except TemporaryError as error:
            if error.reason.params.get("answer") != "NoSuchUpload":
                raise

    def uploads(self, key: str) -> list[str]:
        """Return the ids of uploads of that key that were begun and not ended."""
        with self._answers(key):
            pages = self._boto.get_paginator("list_multipart_uploads").paginate(**self._at, Prefix=key)
            return [one["UploadId"] for page in pages for one in page.get("Uploads", ()) if one["Key"] == key]

    def read(self, key: str, head: Head, start: int, length: int) -> bytes:
        """Return these bytes of the object as it was when it was looked at; asked again when an answer breaks off."""
        parts: list[bytes] = []
        have = 0
        for attempt in range(self._set.attempts):
            try:
                for piece in self._pieces(key, head, start + have, length - have):
                    parts.append(piece)
                    have += len(piece)
                if have == length:
                    return b"".join(parts)
                said = f"{have} of {length} bytes"
            except (BotoCoreError, OSError) as error:
                said = type(error).__name__
            if attempt + 1 < self._set.attempts:
                time.sleep(0.1 * 2**attempt)
        raise TemporaryError(because("archive.s3-broke-off", store=self._set.name, name=key, said=said))

    def _pieces(self, key: str, head: Head, start: int, length: int) -> Iterator[bytes]:
        ends = time.monotonic() + self._seconds(length)
        with self._answers(key):
            version = {"VersionId": head.version} if head.version else {"IfMatch": head.etag}
            answer = self._boto.get_object(
                **self._at, Key=key, Range=f"bytes={start}-{start + length - 1}", **version
            )
        with answer["Body"] as body:
            while piece := body.read(min(PIECE, length)):
                length -= len(piece)
                if length < 0:
                    raise OSError("more bytes than were asked for")
                yield piece
                if length and time.monotonic() > ends:
                    raise TemporaryError(because("archive.s3-slow", store=self._set.name, name=key))

    def keys(self, prefix: str, *, page_size: int = 1000) -> Iterator[str]:
        """Yield the keys that begin with a prefix, as the server lists them."""
        token: dict[str, str] = {}
        while True:
            with self._answers(prefix, bucket=True):
                page = self._boto.list_objects_v2(**self._at, Prefix=prefix, MaxKeys=page_size, **token)
            yield from (one["Key"] for one in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def versions(self, prefix: str, *, page_size: int = 1000) -> Iterator[Version]:
        """Yield every version and marker of the keys that begin with a prefix."""
        mark: dict[str, str] = {}
        while True:
            with self._answers(prefix, bucket=True):
                page = self._boto.list_object_versions(**self._at, Prefix=prefix, MaxKeys=page_size, **mark)
            for kind in ("Versions", "DeleteMarkers"):
                for one in page.get(kind, ()):
                    yield Version(one["Key"], one["VersionId"], kind == "DeleteMarkers")
            if not page.get("IsTruncated"):
                return
            mark = {
                "KeyMarker": page["NextKeyMarker"],
                "VersionIdMarker": page.get("NextVersionIdMarker", ""),
            }

    def copy(self, key: str, head: Head, target: str) -> None:
        """Copy an object inside the bucket, by the server; larger ones than it copies at once, in pieces."""
        source = {**self._at, "Key": key, **({"VersionId": head.version} if head.version else {})}
        config = TransferConfig(
            multipart_threshold=COPIED_WHOLE, multipart_chunksize=COPIED_WHOLE // 4, use_threads=False
        )
        with self._answers(key):
            self._boto.copy(source, self._set.bucket, target, Config=config)

    def hide(self, key: str) -> None:
        """Delete without naming a version: in a bucket with versions the older ones stay behind a marker."""
        with self._answers(key):
            self._boto.delete_object(**self._at, Key=key)

    def delete(self, version: Version, *, bypass: bool = False) -> None:
        """Delete one version for good.

        Raises:
            TemporaryError: with the reason archive.s3-refused when it is locked, or the account may not.
        """
        more = {"BypassGovernanceRetention": True} if bypass else {}
        with self._answers(version.key):
            self._boto.delete_object(**self._at, Key=version.key, VersionId=version.id, **more)

    def lock_of(self, version: Version) -> Lock | None:
        """Return what keeps a version from being deleted, None when nothing does."""
        at = {**self._at, "Key": version.key, "VersionId": version.id}
        try:
            with self._answers(version.key):
                held = self._boto.get_object_legal_hold(**at).get("LegalHold", {})
                if held.get("Status") == "ON":
                    return Lock("HOLD", None)
        except (TemporaryError, NotFoundError) as error:
            _unless_none(error)
        try:
            with self._answers(version.key):
                kept = self._boto.get_object_retention(**at).get("Retention", {})
        except (TemporaryError, NotFoundError) as error:
            _unless_none(error)
            return None
        until = kept.get("RetainUntilDate")
        if until is None or until <= datetime.now(UTC):
            return None
        return Lock(str(kept["Mode"]), until.astimezone(UTC))

    def _lock(self) -> dict[str, Any]:
        if not self._set.lock:
            return {}
        until = datetime.now(UTC) + timedelta(days=self._set.lock_days)
        return {"ObjectLockMode": self._set.lock.upper(), "ObjectLockRetainUntilDate": until}

    def _seconds(self, size: int) -> float:
        return self._set.read_seconds + size / self._set.slowest

    def _timed(self, data: bytes) -> _Timed:
        return _Timed(data, self._seconds(len(data)))

    def _same(self, key: str, told: str, answer: Mapping[str, Any]) -> None:
        said = answer.get("ChecksumSHA256")
        if said not in (None, told):
            raise TemporaryError(because("archive.s3-other-bytes", store=self._set.name, name=key))

    @contextmanager
    def _free(self, key: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if _code(error) == "PreconditionFailed" or _status(error) == 412:
                raise TakenError(key) from error
            raise

    @contextmanager
    def _answers(self, key: str, *, bucket: bool = False) -> Iterator[None]:
        store, where = self._set.name, f"{self._set.endpoint}/{self._set.bucket}"
        try:
            yield
        except ClientError as error:
            code = _code(error)
            if code == "NoSuchBucket" or (bucket and code in NO_SUCH_KEY):
                raise TemporaryError(because("archive.s3-no-bucket", store=store, place=where)) from error
            if code in NO_SUCH_KEY:
                raise NotFoundError(because("archive.store-lacks", store=store, name=key)) from error
            if _status(error) in (401, 403):
                raise TemporaryError(
                    because(
                        "archive.s3-refused", store=store, place=where, answer=code or str(_status(error))
                    )
                ) from error
            raise TemporaryError(
                because(
                    "archive.s3-error", store=store, name=key or where, answer=code or str(_status(error))
                )
            ) from error
        except (BotoCoreError, OSError) as error:
            # Its words hold the whole address; the kind of trouble is enough.
            raise TemporaryError(
                because("archive.s3-silent", store=store, place=where, said=type(error).__name__)
            ) from error


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _unless_none(error: TemporaryError | NotFoundError) -> None:
    """Raise it again unless it only says that the object has no lock of that kind."""
    if isinstance(error, TemporaryError) and error.reason.params.get("answer") not in NO_LOCK:
        raise error
