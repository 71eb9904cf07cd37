"""What a bucket keeps behind a key: versions, markers, locks; hidden, copied aside, deleted for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from boto3.s3.transfer import TransferConfig

from archive.errors import NotFoundError, TemporaryError
from archive.stores.s3_bucket.line import Line
from archive.stores.s3_bucket.reads import Head

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
COPIED_WHOLE = 4 << 30
"""Bytes up to which the server copies an object in one request (S3: 5 GiB)."""


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


class Versions(Line):
    """A bucket without versions has one of each key."""

    def versions(self, prefix: str, *, page_size: int = 1000) -> Iterator[Version]:
        """Yield every version and marker of the keys that begin with a prefix."""
        mark: dict[str, str] = {}
        while True:
            with self.answers(prefix, bucket=True):
                page = self.boto.list_object_versions(**self.at, Prefix=prefix, MaxKeys=page_size, **mark)
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
        source = {**self.at, "Key": key, **({"VersionId": head.version} if head.version else {})}
        config = TransferConfig(
            multipart_threshold=COPIED_WHOLE, multipart_chunksize=COPIED_WHOLE // 4, use_threads=False
        )
        with self.answers(key):
            self.boto.copy(source, self.settings.bucket, target, Config=config)

    def hide(self, key: str) -> None:
        """Delete without naming a version: in a bucket with versions the older ones stay behind a marker."""
        with self.answers(key):
            self.boto.delete_object(**self.at, Key=key)

    def delete(self, version: Version, *, bypass: bool = False) -> None:
        """Delete one version for good.

        Raises:
            TemporaryError: with the reason archive.s3-refused when it is locked, or the account may not.
        """
        more = {"BypassGovernanceRetention": True} if bypass else {}
        with self.answers(version.key):
            self.boto.delete_object(**self.at, Key=version.key, VersionId=version.id, **more)

    def lock_of(self, version: Version) -> Lock | None:
        """Return what keeps a version from being deleted, None when nothing does."""
        at = {**self.at, "Key": version.key, "VersionId": version.id}
        try:
            with self.answers(version.key):
                held = self.boto.get_object_legal_hold(**at).get("LegalHold", {})
                if held.get("Status") == "ON":
                    return Lock("HOLD", None)
        except (TemporaryError, NotFoundError) as error:
            _unless_none(error)
        try:
            with self.answers(version.key):
                kept = self.boto.get_object_retention(**at).get("Retention", {})
        except (TemporaryError, NotFoundError) as error:
            _unless_none(error)
            return None
        until = kept.get("RetainUntilDate")
        if until is None or until <= datetime.now(UTC):
            return None
        return Lock(str(kept["Mode"]), until.astimezone(UTC))


def _unless_none(error: TemporaryError | NotFoundError) -> None:
    """Raise it again unless it only says that the object has no lock of that kind."""
    if isinstance(error, TemporaryError) and error.reason.params.get("answer") not in NO_LOCK:
        raise error
