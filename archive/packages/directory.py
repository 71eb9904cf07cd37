"""Find one member in a ZIP's directory without making an object of every other.

A case file may hold a hundred thousand files and a reader asks for one page of one of them: the directory is
walked over as bytes (APPNOTE 6.3 sections 4.3.12 to 4.3.16, with ZIP64), a tenth of what a list of it costs.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from archive.packages.errors import UnreadableError

END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
LENGTHS, LENGTHS_AT = struct.Struct("<3H"), 28  # of name, extra and comment, in an entry
FULL32 = 0xFFFFFFFF
COMMENT_LIMIT = 0xFFFF
DIRECTORY_LIMIT = 1 << 30
"""Bytes of directory that are read at most: millions of members."""
ABOVE = re.compile(rb"(?:[^/]+/data/)?[^/]+/\Z")
"""What may stand before a path: `<top>/data/<OBJID folder>/` in a bag, `<OBJID folder>/` in a plain package."""


@dataclass(frozen=True)
class Found:
    """Where a member's header is, and how it is stored."""

    header: int
    size: int
    stored_size: int
    method: int
    flags: int


def find(source: BinaryIO, path: str) -> Found | None:
    """Return the member at a path below the OBJID folder; None when there is none.

    Raises:
        UnreadableError: not a ZIP, damaged, or two members fit.
    """
    try:
        wanted = path.encode()
    except UnicodeEncodeError:
        return None
    directory, shift = _directory(source)
    found: list[Found] = []
    at, end = 0, len(directory)
    while at < end:
        if end - at < ENTRY.size or directory[at : at + 4] != b"PK\x01\x02":
            raise UnreadableError("not a readable ZIP: its directory is damaged")
        name_length, extra_length, comment_length = LENGTHS.unpack_from(directory, at + LENGTHS_AT)
        name_end = at + ENTRY.size + name_length
        name_at = name_end - len(wanted)
        if (
            wanted
            and directory[name_at:name_end] == wanted
            and ABOVE.match(directory[at + ENTRY.size : name_at])
        ):
            extra = directory[name_end : name_end + extra_length]
            found.append(_found(ENTRY.unpack_from(directory, at), extra, shift))
        at = name_end + extra_length + comment_length
    if len(found) > 1:
        raise UnreadableError(f"{path}: is in the ZIP {len(found)} times")
    return found[0] if found else None


def data_offset(source: BinaryIO, found: Found, path: str) -> int:
    """Return where a member's bytes begin.

    Raises:
        UnreadableError: something else is at the place the directory names.
    """
    source.seek(found.header)
    raw = source.read(LOCAL.size)
    if len(raw) != LOCAL.size or not raw.startswith(b"PK\x03\x04"):
        raise UnreadableError(f"{path}: its place in the ZIP holds something else")
    fields = LOCAL.unpack(raw)
    return int(found.header + LOCAL.size + fields[9] + fields[10])


def _directory(source: BinaryIO) -> tuple[bytes, int]:
    """Return the directory's bytes, and by how much its offsets are off (bytes put before the ZIP)."""
    length = source.seek(0, 2)
    tail_at = max(0, length - COMMENT_LIMIT - END.size)
    source.seek(tail_at)
    tail = source.read(length - tail_at)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise UnreadableError("not a readable ZIP, or cut off: it has no end record")
    _, _, _, _, _, size, offset, _ = END.unpack_from(tail, at)
    end = tail_at + at
    # Whatever the end record says: Python writes a ZIP64 record from 2 GiB on, when its numbers still fit here.
    end, size, offset = _end64(source, end, size, offset)
    start = end - size
    if start < 0 or size > DIRECTORY_LIMIT or start < offset:
        raise UnreadableError("not a readable ZIP: its end record does not fit it")
    source.seek(start)
    directory = source.read(size)
    if len(directory) != size:
        raise UnreadableError("not a readable ZIP: its directory is cut off")
    return directory, start - offset


def _end64(source: BinaryIO, end: int, size: int, offset: int) -> tuple[int, int, int]:
    source.seek(max(0, end - LOCATOR64.size))
    raw = source.read(LOCATOR64.size)
    if not raw.startswith(b"PK\x06\x07"):
        return end, size, offset
    source.seek(end - LOCATOR64.size - END64.size)
    raw = source.read(END64.size)
    if len(raw) != END64.size or not raw.startswith(b"PK\x06\x06"):
        raise UnreadableError("not a readable ZIP: its ZIP64 end record is missing")
    fields = END64.unpack(raw)
    return end - LOCATOR64.size - END64.size, fields[8], fields[9]


def _found(fields: tuple[int, ...], extra: bytes, shift: int) -> Found:
    flags, method, stored, size, header = fields[3], fields[4], fields[8], fields[9], fields[16]
    if FULL32 in (stored, size, header):
        size, stored, header = _extra64(extra, size, stored, header)
    return Found(header + shift, size, stored, method, flags)


def _extra64(extra: bytes, size: int, stored: int, header: int) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = [
                value for (value,) in struct.iter_unpack("<Q", extra[at + 4 : at + 4 + length // 8 * 8])
            ]
            wide = [size, stored, header]
            for position, value in enumerate(wide):
                if value == FULL32:
                    if not values:
                        raise UnreadableError("not a readable ZIP: a ZIP64 size is missing")
                    wide[position] = values.pop(0)
            return wide[0], wide[1], wide[2]
        at += 4 + length
    raise UnreadableError("not a readable ZIP: a ZIP64 size is missing")
