r"""Read JSON whose strings may be hundreds of megabytes: they go to disk while they come, the rest stays small.

Threat model: the JSON is a stranger's. What is not a long string is bounded (`SKELETON`), so is what goes to disk;
a broken or breaking-off answer is never taken for a whole one. Nothing it says becomes a path.

How: outside strings bytes are kept as they are; inside, once a string grows beyond `LONG`, it is written to a file of
ours, still escaped, and an unguessable mark stands in its place. The small rest is then ordinary JSON.
"""

from __future__ import annotations

import codecs
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import BadMessageError, IngestError, too_large
from ingest.our_disk import NewFile

LONG = 1 << 16
SKELETON = 4 << 20
PIECE = 1 << 20
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_WHOLE = re.compile(
    r"(?:[^\\]++"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u(?![dD][89abAB])[0-9a-fA-F]{4}"
    r"|\\[^u])*+",
    re.DOTALL,
)
_LONGEST_ESCAPE = 12  # two \uXXXX for one character outside the first plane


@dataclass(frozen=True)
class LongText:
    """A string of the answer that lies in a file, as JSON wrote it, without its quotes."""

    path: Path

    def pieces(self) -> Iterator[str]:
        """Yield the string, unescaped.

        Raises:
            BadMessageError: not UTF-8, or an escape JSON does not know.
        """
        decoder = codecs.getincrementaldecoder("utf-8")()
        rest, last = "", False
        with self.path.open("rb") as stream:
            while not last:
                block = stream.read(PIECE)
                last = not block
                try:
                    whole, rest = _unescaped(rest + decoder.decode(block, final=last))
                    if len(rest) >= _LONGEST_ESCAPE or (rest and last):
                        raise ValueError(f"an unknown escape: {rest[:_LONGEST_ESCAPE]!r}")
                except ValueError as error:
                    raise BadMessageError(
                        "MESSAGE_UNREADABLE", "JSON", f"the message is not JSON text: {error}"
                    ) from error
                yield whole


def _unescaped(text: str) -> tuple[str, str]:
    """Return the text without escapes, and what at its end may be half an escape."""
    found = _WHOLE.match(text)
    end = found.end() if found else 0
    return json.loads(f'"{text[:end]}"', strict=False), text[end:]


def read(chunks: Iterable[bytes], into: Path, *, max_bytes: int, operation: str) -> Any:
    """Return what the JSON says, with a `LongText` below the folder `into` in place of every long string.

    Raises:
        IngestError: not JSON, breaks off, or too much beside long strings.
        BadMessageError: more than `max_bytes` altogether (setting ingest.max_message_bytes).
        TemporaryError: our disk does not take it.
    """
    reading = _Reading(into)
    total = 0
    try:
        for chunk in chunks:
            total += len(chunk)
            if total > max_bytes:
                raise too_large(max_bytes)
            reading.feed(chunk)
        return reading.result()
    except (ValueError, RecursionError) as error:
        shown = bytes(reading.skeleton[:80])
        raise IngestError(
            f"{operation}: the other side answered something that is not JSON: {shown!r}"
        ) from error
    finally:
        reading.close()


class _Reading:
    def __init__(self, into: Path) -> None:
        self.into = into
        self.skeleton = bytearray()
        self.mark = f"long-{secrets.token_hex(16)}-"
        self.long: list[Path] = []
        self.string: bytearray | None = None  # of the string we are in, while it is short
        self.sink: NewFile | None = None  # of the string we are in, once it is long
        self.carried = b""  # a backslash whose letter has not come yet

    def feed(self, chunk: bytes) -> None:
        chunk, self.carried = self.carried + chunk, b""
        at = 0
        while at < len(chunk):
            if self.string is None:
                quote = chunk.find(b'"', at)
                end = len(chunk) if quote < 0 else quote
                self._keep(chunk[at:end])
                at = end + 1
                if quote >= 0:
                    self.string = bytearray()
                continue
            found = _INSIDE.match(chunk, at)
            end = found.end() if found else at
            self._text(chunk[at:end])
            if end == len(chunk):
                return
            if chunk[end : end + 1] == b"\\":  # the last byte: its letter comes with the next chunk
                self.carried = chunk[end:]
                return
            self._end()
            at = end + 1

    def _keep(self, piece: bytes) -> None:
        self.skeleton += piece
        if len(self.skeleton) > SKELETON:
            raise ValueError("too much beside long strings")

    def _text(self, piece: bytes) -> None:
        assert self.string is not None
        if self.sink is not None:
            self.sink.write(piece)
            return
        self.string += piece
        if len(self.string) > LONG:
            path = self.into / f"long-{len(self.long)}"
            self.long.append(path)
            self.sink = NewFile(path)
            self.sink.write(self.string)

    def _end(self) -> None:
        assert self.string is not None
        if self.sink is None:
            self._keep(b'"' + self.string + b'"')
        else:
            self._keep(f'"{self.mark}{len(self.long) - 1}"'.encode())
            self.close()
        self.string = None

    def close(self) -> None:
        if self.sink is not None:
            self.sink.close()
            self.sink = None

    def result(self) -> Any:
        if self.string is not None or self.carried:
            raise ValueError("breaks off inside a string")
        return self._placed(json.loads(self.skeleton.decode("utf-8"), strict=False))

    def _placed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._placed(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._placed(one) for one in value]
        if isinstance(value, str) and value.startswith(self.mark):
            return LongText(self.long[int(value.removeprefix(self.mark))])
        return value
