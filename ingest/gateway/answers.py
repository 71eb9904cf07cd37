"""What the other side answered, made of use: small JSON judged, a message written to disk piece by piece.

The two envelopes: the national axis (VXP) says {status, ErrorCode, ErrorDesc, data}, as the vendor's SDK has it; a
provincial axis, and what is modelled on it, says {success, data} and a code when it failed, as code written from the
guide of Lạng Sơn's axis has it.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.errors import TemporaryError
from archive.reason import because
from ingest.errors import BadMessageError, IngestError, too_large
from ingest.gateway.long_json import LongText
from ingest.our_disk import NewFile

SYSTEM_ERROR = "20"  # "lỗi hệ thống" of the provincial axis: theirs, and passing
_TAG = re.compile(rb"<(?:[^<>/\s:]+:)?ContentTransferEncoded[\s>]")
_LONGEST_TAG = 512
_SPACE = re.compile(r"[ \t\r\n]+")


def save(chunks: Iterable[bytes], target: Path, max_bytes: int) -> int:
    """Write the chunks to a new file and return its size.

    Raises:
        BadMessageError: more than `max_bytes` came (setting ingest.max_message_bytes).
        TemporaryError: our disk does not take it.
    """
    written = 0
    with closing(NewFile(target)) as sink:
        for chunk in chunks:
            written += len(chunk)
            if written > max_bytes:
                raise too_large(max_bytes)
            sink.write(chunk)
    return written


def parsed(raw: bytes, operation: str) -> Any:
    """Return a small answer's JSON.

    Raises:
        IngestError: it is not JSON.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise IngestError(
            f"{operation}: the other side answered something that is not JSON: {raw[:80]!r}"
        ) from error


def axis_data(answer: Any, operation: str) -> Any:
    """Return `data` of an answer of the national axis.

    Raises:
        IngestError: the axis does not say that it went well; the message has its code and words.
    """
    if not isinstance(answer, dict):
        raise IngestError(f"{operation}: the axis answered {answer!r:.80}, not an object")
    if str(answer.get("ErrorCode", "0")) != "0" or str(answer.get("status")).upper() != "OK":
        words = f"{answer.get('ErrorCode', '')} {answer.get('ErrorDesc', '')}".strip() or f"{answer!r:.80}"
        raise IngestError(f"{operation}: the axis refused: {words:.300}; see this inbox in [ingest]")
    return answer.get("data")


def provincial_data(answer: Any, operation: str) -> Any:
    """Return `data` of an answer of a provincial axis.

    Raises:
        TemporaryError: its code is "lỗi hệ thống".
        IngestError: it says it failed otherwise; the message has its code and words.
    """
    if not isinstance(answer, dict):
        raise IngestError(f"{operation}: the other side answered {answer!r:.80}, not an object")
    if str(answer.get("success")).lower() == "true":
        return answer.get("data")
    code = _first(answer, "errorCode", "ErrorCode", "code", "status")
    words = _first(answer, "errorDesc", "ErrorDesc", "message", "desc")
    if code == SYSTEM_ERROR:
        raise TemporaryError(f"{operation}: the other side has an error of its own: {code} {words}")
    raise IngestError(f"{operation}: the other side refused: {code} {words}; see this inbox in [ingest]")


def _first(answer: dict[str, Any], *names: str) -> str:
    return next((str(answer[name])[:300] for name in names if answer.get(name) not in (None, "")), "")


def write_base64(text: str | LongText, target: Path, max_bytes: int) -> None:
    """Decode base64 into a new file.

    Raises:
        BadMessageError: not base64, or more than `max_bytes` came of it.
    """
    save(_decoded(text), target, max_bytes)


def write_message(text: str | LongText, target: Path, max_bytes: int) -> None:
    """Write a message that may be its own text (XML, as UTF-8) or base64 of it; its first letter says which.

    Raises:
        BadMessageError: neither, or more than `max_bytes`.
    """
    head = next((piece for piece in _pieces(text) if piece.strip(" \t\r\n\ufeff")), "")
    if not head.lstrip(" \t\r\n\ufeff").startswith("<"):
        return write_base64(text, target, max_bytes)
    try:
        save((piece.encode() for piece in _pieces(text)), target, max_bytes)
    except UnicodeEncodeError as error:
        raise BadMessageError(
            "MESSAGE_UNREADABLE", "UTF-8", f"half a character in the message: {error}"
        ) from error
    return None


def attachments_in(path: Path) -> int:
    """Return how many attachments an edXML message seems to hold, by its tags alone."""
    count, rest = 0, b""
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            text = rest + block
            ends = [found.end() for found in _TAG.finditer(text)]
            count += len(ends)
            rest = text[max(ends[-1] if ends else 0, len(text) - _LONGEST_TAG) :]
    return count


def _pieces(text: str | LongText) -> Iterator[str]:
    if isinstance(text, LongText):
        yield from text.pieces()
    else:
        yield text


def _decoded(text: str | LongText) -> Iterator[bytes]:
    rest, padded = "", False
    try:
        for piece in _pieces(text):
            clean = rest + _SPACE.sub("", piece)
            if padded and clean:
                raise ValueError("it goes on after its end")
            whole = len(clean) - len(clean) % 4
            padded = clean[:whole].endswith("=")
            yield binascii.a2b_base64(clean[:whole], strict_mode=True)
            rest = clean[whole:]
        if rest:
            raise ValueError("it breaks off")
    except ValueError as error:
        raise BadMessageError(
            "MESSAGE_UNREADABLE",
            because("ingest.base64", said="base64"),
            f"the message is not base64: {error}",
        ) from error
