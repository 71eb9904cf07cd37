"""The line to one bucket: a client of its own, time limits, and every error turned into one of ours.

Nothing but the settings is heard: no profile, no `~/.aws`, no proxy and no address from the environment. Each request
has a time limit, also when the server trickles, and is sent again a bounded number of times.
"""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from archive.errors import NotFoundError, TemporaryError
from archive.reason import because
from archive.stores.settings import S3Settings

NOWHERE = (None, None, os.devnull, None)
NO_SUCH_KEY = frozenset({"NoSuchKey", "404", "NoSuchVersion", "NotFound"})

for _name in ("boto3", "botocore", "s3transfer", "urllib3"):
    # At DEBUG botocore writes whole requests into the log, signatures among them.
    logging.getLogger(_name).setLevel(logging.WARNING)


class TakenError(Exception):
    """Something is under that key already. Never leaves `archive.stores`."""


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


class Line:
    """A bucket; keys are whole, with the prefix. `name` in messages is the key.

    Attributes:
        settings: of the store.
        boto: the client.
        at: what every request says of the bucket.
    """

    def __init__(self, settings: S3Settings) -> None:
        self.settings = settings
        keys = settings.keys()
        # Several stores of one server and account share a client.
        line = settings.model_copy(
            update={"name": "", "bucket": "", "prefix": "", "lock": "", "lock_days": 0}
        )
        self.boto = _client(line, (keys.access_key, keys.secret_key, keys.token), os.getpid())
        self.at = {"Bucket": settings.bucket}

    def require(self) -> None:
        """Raise unless the bucket is there and may be used."""
        with self.answers("", bucket=True):
            self.boto.head_bucket(**self.at)

    def seconds(self, size: int) -> float:
        """Return how long so many bytes may take."""
        return self.settings.read_seconds + size / self.settings.slowest

    def timed(self, data: bytes) -> io.BytesIO:
        """Return bytes to send that refuse to be sent too slowly."""
        return _Timed(data, self.seconds(len(data)))

    def same(self, key: str, told: str, answer: Mapping[str, Any]) -> None:
        """Raise when the server says it has other bytes than were sent."""
        said = answer.get("ChecksumSHA256")
        if said not in (None, told):
            raise TemporaryError(because("archive.s3-other-bytes", store=self.settings.name, name=key))

    @contextmanager
    def free(self, key: str) -> Iterator[None]:
        """Turn the answer that something is there already into `TakenError`."""
        try:
            yield
        except ClientError as error:
            if _code(error) == "PreconditionFailed" or _status(error) == 412:
                raise TakenError(key) from error
            raise

    @contextmanager
    def answers(self, key: str, *, bucket: bool = False) -> Iterator[None]:
        """Turn every trouble of a request into an error of ours.

        Args:
            key: of the object it is about; shown.
            bucket: it is about the bucket, so that "not found" means the bucket.
        """
        store, where = self.settings.name, f"{self.settings.endpoint}/{self.settings.bucket}"
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


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
