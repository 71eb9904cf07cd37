"""What is asked of a bucket: what it is like, what is there, and the bytes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError

from archive.errors import NotFoundError, TemporaryError
from archive.reason import because
from archive.stores.s3_bucket.line import Line

PIECE = 1 << 18


@dataclass(frozen=True)
class Head:
    """An object that is there.

    Attributes:
        version: "" in a bucket without versions.
    """

    size: int
    etag: str
    version: str


class Reads(Line):
    """Asking changes nothing."""

    def head(self, key: str) -> Head | None:
        """Return what is under a key, None when nothing is and the bucket is there."""
        try:
            with self.answers(key):
                found = self.boto.head_object(**self.at, Key=key)
        except NotFoundError:
            self.require()
            return None
        return Head(found["ContentLength"], found["ETag"], found.get("VersionId", ""))

    def versioned(self) -> bool:
        """Say whether what is deleted leaves older versions behind."""
        with self.answers("", bucket=True):
            return bool(self.boto.get_bucket_versioning(**self.at).get("Status"))

    def lockable(self) -> bool:
        """Say whether the bucket has object lock."""
        try:
            with self.answers("", bucket=True):
                found = self.boto.get_object_lock_configuration(**self.at)
        except TemporaryError as error:
            if error.reason.params.get("answer") in (
                "ObjectLockConfigurationNotFoundError",
                "NotImplemented",
            ):
                return False
            raise
        return bool(found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")

    def read(self, key: str, head: Head, start: int, length: int) -> bytes:
        """Return these bytes of the object as it was when it was looked at; asked again when an answer breaks off."""
        parts: list[bytes] = []
        have = 0
        for attempt in range(self.settings.attempts):
            try:
                for piece in self._pieces(key, head, start + have, length - have):
                    parts.append(piece)
                    have += len(piece)
                if have == length:
                    return b"".join(parts)
                said = f"{have} of {length} bytes"
            except (BotoCoreError, OSError) as error:
                said = type(error).__name__
            if attempt + 1 < self.settings.attempts:
                time.sleep(0.1 * 2**attempt)
        raise TemporaryError(because("archive.s3-broke-off", store=self.settings.name, name=key, said=said))

    def _pieces(self, key: str, head: Head, start: int, length: int) -> Iterator[bytes]:
        ends = time.monotonic() + self.seconds(length)
        with self.answers(key):
            version = {"VersionId": head.version} if head.version else {"IfMatch": head.etag}
            answer = self.boto.get_object(
                **self.at, Key=key, Range=f"bytes={start}-{start + length - 1}", **version
            )
        with answer["Body"] as body:
            while piece := body.read(min(PIECE, length)):
                length -= len(piece)
                if length < 0:
                    raise OSError("more bytes than were asked for")
                yield piece
                if length and time.monotonic() > ends:
                    raise TemporaryError(because("archive.s3-slow", store=self.settings.name, name=key))

    def keys(self, prefix: str, *, page_size: int = 1000) -> Iterator[str]:
        """Yield the keys that begin with a prefix, as the server lists them."""
        token: dict[str, str] = {}
        while True:
            with self.answers(prefix, bucket=True):
                page = self.boto.list_objects_v2(**self.at, Prefix=prefix, MaxKeys=page_size, **token)
            yield from (one["Key"] for one in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}
