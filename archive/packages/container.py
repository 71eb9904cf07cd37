"""One ZIP being made: members stored as they are, hashed while they are copied, each noted in the manifest.

Nothing is compressed, so that one document can later be read by its byte range. Every member carries the
package's own time, so that the same facts make the same bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, cast

from archive.errors import DamagedError, TemporaryError
from archive.packages.errors import UnwritableError
from archive.packages.names import bag_line_name, check_writable
from archive.reason import because, trouble
from archive.vietnam import local

CHUNK = 1 << 20
UNIX = 3
REGULAR_FILE = 0o100644


@dataclass(frozen=True)
class Member:
    """A member just written; `path` is inside the top folder."""

    path: str
    size: int
    sha256: str


class _Measured:
    """A write-only stream that hashes and counts what goes through."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into
        self.digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._into.write(data)

    def flush(self) -> None:
        self._into.flush()


class Container:
    """Members of one top folder, written one after another.

    Attributes:
        octets: bytes of payload so far.
        streams: files of payload so far.
    """

    def __init__(self, into: BinaryIO, top: str, made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(into, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._top = top
        here = local(made_at)
        self._time = (here.year, here.month, here.day, here.hour, here.minute, here.second)
        self.manifest = tempfile.TemporaryFile("w+b")  # noqa: SIM115  (lives as long as the container)
        self.tags: list[Member] = []
        self.octets = 0
        self.streams = 0
        self._last: Member | None = None

    def __enter__(self) -> Container:
        return self

    def __exit__(self, *error: object) -> None:
        self.manifest.close()
        self._zip.close()

    @contextmanager
    def member(self, path: str, size: int = 0) -> Iterator[BinaryIO]:
        """Give a stream to write one member to; its hash is in `last` afterwards.

        Raises:
            UnwritableError: the path is longer than a ZIP can hold.
        """
        info = zipfile.ZipInfo(f"{self._top}/{path}", self._time)
        info.create_system = UNIX
        info.external_attr = REGULAR_FILE << 16
        info.file_size = size
        if len(info.filename.encode()) > 0xFFFF:
            raise UnwritableError(path, "the path is longer than a ZIP can hold")
        with self._zip.open(info, "w") as raw:
            measured = _Measured(raw)
            yield cast(BinaryIO, measured)
        self._last = Member(path, measured.size, measured.digest.hexdigest())
        if path.startswith("data/"):
            self.octets += measured.size
            self.streams += 1
            self.manifest.write(f"{self._last.sha256}  {bag_line_name(path)}\n".encode())
        elif not path.startswith("tagmanifest-"):
            self.tags.append(self._last)

    @property
    def last(self) -> Member:
        """Return the member written last."""
        assert self._last is not None
        return self._last

    def bytes(self, path: str, data: bytes) -> Member:
        """Write a small member."""
        with self.member(path, len(data)) as stream:
            stream.write(data)
        return self.last

    def copy(self, path: str, source: Callable[[], BinaryIO] | None, *, size: int, sha256: str) -> Member:
        """Copy a file in, and check that it still is what the facts say; `source` opens it.

        Raises:
            DamagedError: it is gone, or its bytes are others now.
        """
        check_writable(path)
        name = path.rpartition("/")[2]
        if source is None:
            raise UnwritableError(path, "the facts name no source file; a package read back cannot be copied")
        try:
            opened = source()
        except FileNotFoundError as error:
            raise DamagedError(error.filename or name, f"gone before it was packaged as {path}") from error
        except OSError as error:
            raise TemporaryError(
                because("archive.file-trouble", file=error.filename or name, trouble=trouble(error))
            ) from error
        with opened, self.member(path, size) as stream:
            while chunk := opened.read(CHUNK):
                stream.write(chunk)
        member = self.last
        if member.size != size:
            raise DamagedError(name, f"is {member.size} bytes, not {size} as described ({path})")
        if member.sha256 != sha256:
            raise DamagedError(name, f"has SHA-256 {member.sha256}, not {sha256} ({path})")
        return member
