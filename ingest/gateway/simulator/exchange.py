"""One request and its answer, as the dialects see it."""

from __future__ import annotations

import base64
import codecs
import email.parser
import email.policy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PIECE = 3 << 18  # a multiple of three, so that base64 of pieces is base64 of the whole


class Reply(Protocol):
    """How an answer goes out."""

    def __call__(
        self, pieces: Callable[[], Iterator[bytes]], *, code: int, content_type: str, message: bool
    ) -> None:
        """Send the pieces; `message`: they carry one, and may be spoilt as such."""
        ...


@dataclass(frozen=True)
class Exchange:
    """A request that came in full, and the way to answer it.

    Attributes:
        headers: names in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    reply: Reply

    def json(self, answer: Any, *, code: int = 200) -> None:
        """Answer small JSON."""
        raw = json.dumps(answer, ensure_ascii=False).encode()
        self.reply(
            lambda: iter((raw,)), code=code, content_type="application/json; charset=utf-8", message=False
        )

    def json_around(self, before: str, path: Path, after: str, *, as_text: bool) -> None:
        """Answer JSON with a file as one of its strings, as text or as base64."""

        def pieces() -> Iterator[bytes]:
            yield before.encode()
            yield from escaped(path) if as_text else encoded(path)
            yield after.encode()

        self.reply(pieces, code=200, content_type="application/json; charset=utf-8", message=True)

    def file(self, path: Path) -> None:
        """Answer a file as it is."""
        self.reply(lambda: _read(path), code=200, content_type="application/octet-stream", message=True)

    def parts(self) -> dict[str, bytes]:
        """Return the parts of a multipart body by name."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        parsed = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + self.body)
        found = {}
        for part in parsed.iter_parts():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found[str(part.get_param("name", header="content-disposition"))] = content
        return found


def encoded(path: Path) -> Iterator[bytes]:
    """Yield a file as base64."""
    for piece in _read(path):
        yield base64.b64encode(piece)


def escaped(path: Path) -> Iterator[bytes]:
    """Yield a UTF-8 file as the inside of a JSON string."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in _read(path):
        yield json.dumps(decoder.decode(piece), ensure_ascii=False)[1:-1].encode()


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece
