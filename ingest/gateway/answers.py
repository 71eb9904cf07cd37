"""Read an answer of the axis: JSON {status, ErrorCode, ErrorDesc, data}, bounded, never trusted.

`data` may be a base64 message of hundreds of megabytes, so it is decoded from the answer on disk, piece by
piece.
"""

from __future__ import annotations

import binascii
import json
import mmap
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingest.errors import BadMessageError, IngestError

SMALL = 16 << 20
CHUNK = 3 << 20


def save(chunks: Iterable[bytes], target: Path, max_bytes: int) -> int:
    """Write the chunks to a new file and return its size.

    Raises:
        BadMessageError: more than `max_bytes` came (setting ingest.max_message_bytes).
    """
    written = 0
    with target.open("wb") as sink:
        for chunk in chunks:
            written += len(chunk)
            if written > max_bytes:
                raise BadMessageError(
                    "MESSAGE_TOO_LARGE",
                    f"{max_bytes} byte",
                    f"the axis sent more than {max_bytes} bytes (setting ingest.max_message_bytes)",
                )
            sink.write(chunk)
    return written


def meaning(raw: bytes, operation: str) -> Any:
    """Return `data` of a small answer.

    Raises:
        IngestError: not JSON, or the axis says it failed; the message has its code and words.
    """
    try:
        answer = json.loads(raw)
    except ValueError as error:
        raise IngestError(
            f"{operation}: the axis answered something that is not JSON: {raw[:80]!r}"
        ) from error
    if not isinstance(answer, dict):
        raise IngestError(f"{operation}: the axis answered {raw[:80]!r}, not an object")
    if str(answer.get("ErrorCode", "0")) != "0" or str(answer.get("status", "OK")).upper() != "OK":
        words = f"{answer.get('ErrorCode', '')} {answer.get('ErrorDesc', '')}".strip()
        raise IngestError(f"{operation}: the axis refused: {words}; see the axis settings in [ingest]")
    return answer.get("data")


def decode_data(answer: Path, target: Path, operation: str) -> None:
    """Decode the base64 string `data` of a saved answer into `target`.

    Raises:
        IngestError: as `meaning`; or `data` is missing.
        BadMessageError: `data` is not base64.
    """
    with answer.open("rb") as stream:
        if answer.stat().st_size == 0:
            raise IngestError(f"{operation}: the axis answered nothing")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
            found = re.search(rb'"data"\s*:\s*"', view)
            if found is None:
                meaning(view[:SMALL], operation)
                raise IngestError(f"{operation}: the answer has no data")
            start, end = found.end(), view.find(b'"', found.end())
            if end < 0:
                raise IngestError(f"{operation}: the answer breaks off inside data")
            meaning(view[: min(start, SMALL)] + view[end : end + SMALL], operation)
            with target.open("wb") as sink:
                rest = b""
                for at in range(start, end, CHUNK):
                    clean = rest + view[at : min(at + CHUNK, end)]
                    clean, kept = _unescaped(clean, last=at + CHUNK >= end)
                    whole = len(clean) - len(clean) % 4
                    try:
                        sink.write(binascii.a2b_base64(clean[:whole], strict_mode=True))
                    except binascii.Error as error:
                        raise BadMessageError(
                            "MESSAGE_UNREADABLE", "base64", f"{operation}: data is not base64: {error}"
                        ) from error
                    rest = clean[whole:] + kept
                if rest:
                    raise BadMessageError(
                        "MESSAGE_UNREADABLE", "base64", f"{operation}: data is not base64: it breaks off"
                    )


def _unescaped(piece: bytes, *, last: bool) -> tuple[bytes, bytes]:
    r"""Undo JSON escapes that base64 may carry (`\/`, `\n`, `\u002b`); keep back one that may be cut."""
    cut = piece.rfind(b"\\", max(0, len(piece) - 5))
    kept = b"" if last or cut < 0 else piece[cut:]
    if kept:
        piece = piece[:cut]
    piece = re.sub(rb"\\u00([0-9a-fA-F]{2})", lambda m: bytes([int(m[1], 16)]), piece)
    piece = piece.replace(b"\\n", b"").replace(b"\\r", b"").replace(b"\\/", b"/")
    return re.sub(rb"[ \t\r\n]", b"", piece), kept
