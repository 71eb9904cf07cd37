"""An object put into a bucket: whole or not at all, over nothing, every byte with its SHA-256."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.errors import TemporaryError
from archive.stores.s3_bucket.line import Line


class Writes(Line):
    """At once, or in pieces that become an object together."""

    def put(self, key: str, data: bytes, *, locked: bool = True) -> None:
        """Store an object unless something is there.

        Raises:
            TakenError: something is.
        """
        told = _checksum(data)
        with self.answers(key), self.free(key):
            answer = self.boto.put_object(
                **self.at,
                Key=key,
                Body=self.timed(data),
                ContentLength=len(data),
                ChecksumSHA256=told,
                IfNoneMatch="*",
                ContentType="application/octet-stream",
                **(self._lock() if locked else {}),
            )
        self.same(key, told, answer)

    def begin(self, key: str) -> str:
        """Begin an upload in pieces; return its id."""
        with self.answers(key):
            answer = self.boto.create_multipart_upload(
                **self.at,
                Key=key,
                ChecksumAlgorithm="SHA256",
                ContentType="application/octet-stream",
                **self._lock(),
            )
        return str(answer["UploadId"])

    def piece(self, key: str, upload: str, number: int, data: bytes) -> Mapping[str, Any]:
        """Send one piece (numbers begin with 1); return what `complete` wants to know of it."""
        told = _checksum(data)
        with self.answers(key):
            answer = self.boto.upload_part(
                **self.at,
                Key=key,
                UploadId=upload,
                PartNumber=number,
                Body=self.timed(data),
                ContentLength=len(data),
                ChecksumSHA256=told,
            )
        self.same(key, told, answer)
        return {"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": told}

    def complete(self, key: str, upload: str, pieces: Sequence[Mapping[str, Any]]) -> None:
        """Make the pieces an object, at once and whole, unless something is there.

        Raises:
            TakenError: something is; also when an answer was lost and this is the second time of asking.
        """
        with self.answers(key), self.free(key):
            self.boto.complete_multipart_upload(
                **self.at, Key=key, UploadId=upload, MultipartUpload={"Parts": list(pieces)}, IfNoneMatch="*"
            )

    def abort(self, key: str, upload: str) -> None:
        """Forget an upload and its pieces; one that is not there is fine."""
        try:
            with self.answers(key):
                self.boto.abort_multipart_upload(**self.at, Key=key, UploadId=upload)
        except TemporaryError as error:
            if error.reason.params.get("answer") != "NoSuchUpload":
                raise

    def uploads(self, key: str) -> list[str]:
        """Return the ids of uploads of that key that were begun and not ended."""
        with self.answers(key):
            pages = self.boto.get_paginator("list_multipart_uploads").paginate(**self.at, Prefix=key)
            return [one["UploadId"] for page in pages for one in page.get("Uploads", ()) if one["Key"] == key]

    def _lock(self) -> dict[str, Any]:
        if not self.settings.lock:
            return {}
        until = datetime.now(UTC) + timedelta(days=self.settings.lock_days)
        return {"ObjectLockMode": self.settings.lock.upper(), "ObjectLockRetainUntilDate": until}


def _checksum(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
