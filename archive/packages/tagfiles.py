"""The text files of a bag: their encodings, their lines, the two of them that are lists of something.

RFC 8493 section 2.3: lines end with LF, CR or CRLF; section 2.1.1: bagit.txt names the encoding of all others.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from archive.packages.names import from_bag_line

UTF_8: Mapping[str, str] = {"UTF-8": "utf-8"}
ENCODINGS: Mapping[str, str] = {
    **UTF_8,
    "US-ASCII": "ascii",
    "ISO-8859-1": "iso-8859-1",
    "UTF-16": "utf-16",
    "WINDOWS-1258": "cp1258",
}
"""Encodings a bag of others may declare, and how Python calls them; the last is Vietnamese Windows."""
LINE_END = re.compile(r"\r\n|\r|\n")
LABEL = re.compile(r"[^\s:][^:]*:(?:[ \t].*)?\Z")
FETCH = re.compile(r"(\S+)[ \t]+(\d+|-)[ \t]+(\S.*)\Z")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")


@dataclass(frozen=True)
class Hole:
    """A line of fetch.txt.

    Attributes:
        fault: why it is none; "" when it is one.
    """

    path: str
    fault: str = ""


def lines_of(text: str) -> list[str]:
    """Return a small file's lines; what ends the last one is not a line."""
    found = LINE_END.split(text)
    return found if found[-1] else found[:-1]


def read_lines(stream: BinaryIO, codec: str, limit: int) -> Iterator[tuple[int, str | None]]:
    """Yield every line with its number, read in pieces; None, and no more, for one longer than `limit`.

    Raises:
        UnicodeDecodeError: the bytes are not of that encoding.
    """
    reader = io.TextIOWrapper(stream, encoding=codec, errors="strict", newline=None)
    try:
        for number, line in enumerate(iter(lambda: reader.readline(limit), ""), 1):
            if len(line) == limit and not line.endswith("\n"):
                yield number, None
                return
            yield number, line.rstrip("\n")
    finally:
        reader.detach()  # who opened the stream closes it


def hole(line: str) -> Hole:
    """Return what a line of fetch.txt asks for: URL, length or "-", and a payload file's name."""
    match = FETCH.match(line)
    if not match:
        return Hole("", "is no URL, length and name")
    path = from_bag_line(match[3])
    if not URL.match(match[1]):
        return Hole(path, f"{match[1]!r} is no absolute URL")
    return Hole(path)


def faulty_lines(lines: list[str]) -> Iterator[int]:
    """Yield the numbers of lines of bag-info.txt that are no `label: value`, and go on with none."""
    some = False
    for number, line in enumerate(lines, 1):
        if LABEL.match(line):
            some = True
        elif line.strip() and not (some and line[0] in " \t"):
            yield number
