"""How large a ZIP's directory is, found out before `zipfile` reads it whole.

Threat model: `zipfile` makes an object of some 600 bytes for every entry, and an entry needs 46 bytes; a directory of
40 MB would so take half a gigabyte. The counts in the end record are the sender's word and are not believed: entries
are counted by their mark in the bytes `zipfile` would read.
"""

from __future__ import annotations

import struct
from typing import IO

from archive.reason import because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits

ENTRY, END, END_64 = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"
CHUNK = 1 << 20


def check_directory(stream: IO[bytes], size: int, limits: Limits, place: str) -> None:
    """Pass when the ZIP in a stream of this size has a directory that may be read.

    Raises:
        UnreadableDeliveryError: SIP_TOO_LARGE, SIP_ZIP_BROKEN, SIP_TOO_MANY_FILES.
    """
    if size > limits.message_bytes:
        raise UnreadableDeliveryError("SIP_TOO_LARGE", place, because("ingest.bytes", bytes=size))
    tail_at = max(0, size - 22 - 65535)
    stream.seek(tail_at)
    tail = stream.read(22 + 65535)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise UnreadableDeliveryError("SIP_ZIP_BROKEN", place, because("ingest.zip-no-end"))
    directory, start = struct.unpack_from("<II", tail, at + 12)
    if directory == 0xFFFFFFFF or start == 0xFFFFFFFF:
        record = tail.rfind(END_64, 0, at)
        directory = struct.unpack_from("<Q", tail, record + 40)[0] if 0 <= record <= len(tail) - 48 else size
    if directory > limits.files * (46 + 4 * limits.name + 1024):
        raise UnreadableDeliveryError(
            "SIP_TOO_MANY_FILES", place, because("ingest.zip-directory", bytes=directory)
        )
    end = tail_at + at
    entries = _marks(stream, max(0, end - directory - 76), end, most=limits.files)
    if entries > limits.files:
        raise UnreadableDeliveryError(
            "SIP_TOO_MANY_FILES", place, because("ingest.more-files", count=limits.files)
        )


def _marks(stream: IO[bytes], start: int, end: int, *, most: int) -> int:
    """Return how many entries begin between two places; counting ends once there are more than may be."""
    stream.seek(start)
    count, carry = 0, b""
    while start < end and count <= most:
        data = stream.read(min(CHUNK, end - start))
        if not data:
            break
        start += len(data)
        both = carry + data
        count += both.count(ENTRY)
        carry = both[-(len(ENTRY) - 1) :]
    return count
