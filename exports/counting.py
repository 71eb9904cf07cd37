"""How many bytes were read so far, of all streams of one piece of work: for whoever watches it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, cast


class Count:
    """Counts what is read of the streams it is laid over."""

    def __init__(self, told: Callable[[int], None]) -> None:
        """Prepare; `told` is called with the bytes read so far, at every piece."""
        self._told, self._bytes = told, 0

    def over(self, stream: BinaryIO) -> BinaryIO:
        """Return the stream, counted; closing it closes the one below."""
        return cast(BinaryIO, _Counted(stream, self._more))

    def _more(self, size: int) -> None:
        self._bytes += size
        self._told(self._bytes)


class _Counted(io.RawIOBase):
    def __init__(self, stream: BinaryIO, more: Callable[[int], None]) -> None:
        self._stream, self._more = stream, more

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._more(len(data))
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()
