"""SHA-256 of what is too large to hold in memory: a stream, a file, a copy on its way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CHUNK = 1 << 20


@dataclass(frozen=True)
class Copied:
    """Bytes that went from one stream to another, and their SHA-256 in lower-case hex."""

    size: int
    sha256: str


def sha256_of(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a stream from where it stands to its end, lower-case hex, in constant memory."""
    digest = hashlib.sha256()
    into = getattr(stream, "readinto", None)
    if into is None:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
    buffer = memoryview(
        bytearray(CHUNK)
    )  # one for the whole stream: getting a new one for each piece costs a tenth
    while size := into(buffer):
        digest.update(buffer[:size])
    return digest.hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, lower-case hex, in constant memory."""
    with path.open("rb") as stream:
        return sha256_of(stream)


def hashed_copy(source: IO[bytes], target: IO[bytes], *, limit: int | None = None) -> Copied:
    """Copy a stream to its end, hashing on the way.

    Args:
        source: read from where it stands.
        target: not flushed and not closed here.
        limit: bytes; a source that holds more is given up, nothing behind the limit is written, and the
            returned size is larger than the limit. The caller refuses it.
    """
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            break
        digest.update(chunk)
        target.write(chunk)
    return Copied(size, digest.hexdigest())
