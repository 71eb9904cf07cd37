"""An object of an S3 store as a seekable stream: ranges are fetched as they are read, a few MiB in memory at most."""

from __future__ import annotations

import io
from typing import BinaryIO

from archive.stores.s3_bucket.bucket import Bucket
from archive.stores.s3_bucket.reads import Head

SMALLEST, LARGEST = 1 << 16, 1 << 23
"""Bytes fetched at a time: few after a jump (the directory of a ZIP, one page), many when read straight on."""


class _Ranges(io.RawIOBase):
    def __init__(self, bucket: Bucket, key: str, head: Head) -> None:
        self._bucket, self._key, self._head = bucket, key, head
        self._at = 0
        self._window = b""
        self._from = 0
        self._next = SMALLEST

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._head.size}[whence]
        if base + offset < 0:
            raise ValueError(f"there is nothing before the first byte: {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at >= self._head.size or not len(buffer):
            return 0
        inside = self._at - self._from
        if not 0 <= inside < len(self._window):
            self._fetch()
            inside = 0
        piece = self._window[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _fetch(self) -> None:
        straight_on = bool(self._window) and self._at == self._from + len(self._window)
        self._next = min(LARGEST, self._next * 2) if straight_on else SMALLEST
        length = min(self._next, self._head.size - self._at)
        self._window = b""  # not two of them in memory
        self._window = self._bucket.read(self._key, self._head, self._at, length)
        self._from = self._at


def stream(bucket: Bucket, key: str, head: Head) -> BinaryIO:
    """Return a seekable stream of an object as it is now; reading raises `TemporaryError`, never a built-in error."""
    return io.BufferedReader(_Ranges(bucket, key, head), SMALLEST)
