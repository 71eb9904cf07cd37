"""Bytes of a file on their way to a browser: whole or by range, shown in our frame or as a download, never run.

Threat model: the bytes and the name come from outside. Only a verified PDF/A is shown, in our own frame and under a
policy that lets nothing run; everything else is a download in a sandbox, under a name that cannot break the header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from zope.interface import implementer
from ZPublisher.Iterators import IStreamIterator

from archive.errors import NotFoundError

# Nothing received may run in our origin: no script, no form, no frame, an origin of its own.
SANDBOX = "sandbox; default-src 'none'"
# A verified PDF/A has no script and no outside reference; the browser's own viewer shows it, in our frame only.
PDF_VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
PDF = "application/pdf"


@implementer(IStreamIterator)
class Stream:
    """Bytes on their way to a browser; the publisher sends them as they come."""

    def __init__(self, chunks: Iterator[bytes], length: int) -> None:
        self._chunks = chunks
        self._length = length

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def __len__(self) -> int:
        return self._length

    def close(self) -> None:
        """Let go of the file, also when the browser went away half-way."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True)
class Range:
    """The bytes a request asks for; `length` None means to the end."""

    start: int = 0
    length: int | None = None
    partial: bool = False


class UnsatisfiableRangeError(NotFoundError):
    """The range begins behind the end of the file (RFC 9110 section 14.4)."""


def range_of(header: str, size: int) -> Range:
    """Return what a Range header asks for (RFC 9110 section 14.2); anything unusual gives the whole file.

    Raises:
        UnsatisfiableRangeError: no byte of the file is in the range.
    """
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip(), re.ASCII)
    if found is None or found.groups() == ("", ""):
        return Range()
    first, last = found.groups()
    if not first:
        wanted = min(int(last), size)
        if wanted == 0:
            raise UnsatisfiableRangeError("the range holds no byte")
        return Range(size - wanted, wanted, True)
    start = int(first)
    if start >= size:
        raise UnsatisfiableRangeError(f"the file has {size} bytes")
    if last and int(last) < start:
        return Range()
    end = min(int(last), size - 1) if last else size - 1
    return Range(start, end - start + 1, True)


@dataclass(frozen=True)
class Sent:
    """A file to be sent.

    Attributes:
        size: of the whole file, in bytes.
        media_type: told to the browser only when it cannot do harm: a verified PDF/A's.
        shown: in the browser instead of as a download; only a verified PDF/A may be.
    """

    name: str
    size: int
    sha256: str
    media_type: str
    shown: bool


def send(
    request: Any,
    file: Sent,
    chunks: Callable[[int, int | None], Iterator[bytes]],
    note: Callable[[bool], None],
) -> Stream | str:
    """Answer a request with a file, honouring Range.

    Args:
        request: its response gets status and headers.
        file: what is sent.
        chunks: opens it at a start, for a length (None: to the end); what is wrong with it is raised here, before the
            first byte leaves.
        note: ledgers the reading; told whether it begins with the first byte. Not called for HEAD.
    """
    response = request.response
    response.setHeader("Accept-Ranges", "bytes")
    response.setHeader("X-Content-Type-Options", "nosniff")
    response.setHeader("Cache-Control", "private, no-store")
    response.setHeader("Content-Security-Policy", PDF_VIEWER if file.shown else SANDBOX)
    try:
        asked = range_of(request.get_header("Range", "") or "", file.size)
    except UnsatisfiableRangeError:
        response.setStatus(416)
        response.setHeader("Content-Range", f"bytes */{file.size}")
        response.setHeader("Content-Type", "text/plain")
        return "the range is behind the end of the file"
    stream = chunks(asked.start, asked.length)
    if request.method != "HEAD":
        note(asked.start == 0)
    length = file.size - asked.start if asked.length is None else asked.length
    response.setHeader("Content-Type", file.media_type)
    response.setHeader("Content-Length", str(length))
    response.setHeader("Content-Disposition", disposition(file.name, inline=file.shown))
    response.setHeader("ETag", f'"{file.sha256}"')
    if asked.partial:
        response.setStatus(206)
        last = asked.start + length - 1
        response.setHeader("Content-Range", f"bytes {asked.start}-{last}/{file.size}")
    return Stream(stream, length)


def disposition(name: str, *, inline: bool) -> str:
    """Return a Content-Disposition value (RFC 6266) for any file name."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100] or "file"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200], safe='')}"
