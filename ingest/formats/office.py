"""The words of an office file, read without an office program: the second reader that LibreOffice is held against.

Runs in the sandbox.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from lxml import etree

from archive.reason import Reason, because
from ingest.formats.identify import ODF

PARTS_LIMIT = 20_000
RATIO_LIMIT = 200  # deflate of honest XML stays below 100
SMALL = 16 * 2**20  # bytes below which a high ratio does no harm
UNPACKED_LIMIT = 1 * 2**30
XML_LIMIT = 256 * 2**20  # bytes of one part that are read

ENCRYPTED_PUIDS = frozenset({"fmt/494"})  # Office file encrypted with a password

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@dataclass(frozen=True)
class Words:
    """What an office file says in its body; more may be printed (numbers, headers, notes).

    Attributes:
        blocks: paragraphs or cells, in the file's order.
    """

    blocks: tuple[str, ...]


def bomb(package: zipfile.ZipFile) -> Reason | None:
    """Return why the archive must not be unpacked; None when it may. Judged by its directory only."""
    entries = package.infolist()
    if len(entries) > PARTS_LIMIT:
        return because("ingest.office-parts", count=len(entries))
    total = 0
    for entry in entries:
        total += entry.file_size
        if entry.file_size > SMALL and entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1):
            return because("ingest.office-part-bomb", part=entry.filename[:80], bytes=entry.file_size)
    return because("ingest.office-bomb", bytes=total) if total > UNPACKED_LIMIT else None


def is_office(names: Sequence[str]) -> bool:
    """Say whether a ZIP with these lower-case names is an OOXML or ODF package and no plain archive."""
    return "[content_types].xml" in names or ("content.xml" in names and "meta-inf/manifest.xml" in names)


def macros_among(names: Iterable[str]) -> set[str]:
    """Return the kinds of macros that parts of these lower-case names hold."""
    found = set()
    for name in names:
        if name.endswith(("vbaproject.bin", "vbadata.xml")):
            found.add("VBA")
        elif name.startswith(("basic/", "scripts/")) and not name.endswith("/"):
            found.add("Basic")
        elif "/macrosheets/" in name:
            found.add("Excel 4")
    return found


def odf_encrypted(package: zipfile.ZipFile) -> bool:
    """Say whether an ODF package's manifest speaks of encryption."""
    try:
        with package.open("META-INF/manifest.xml") as stream:
            return b"encryption-data" in stream.read(XML_LIMIT)
    except KeyError:
        return False


def text_of(package: zipfile.ZipFile, media_type: str) -> Words:
    """Return the words in the body of an OOXML or ODF file.

    Raises:
        KeyError, lxml.etree.XMLSyntaxError, zipfile.BadZipFile: it is not what it claims to be.
    """
    if media_type.startswith(ODF):
        return Words(_blocks(package, "content.xml", (T + "p", T + "h"), None))
    if "word" in media_type:
        return Words(_blocks(package, "word/document.xml", (W + "p",), (W + "t",)))
    if "presentation" in media_type:
        slides = sorted(n for n in package.namelist() if n.startswith("ppt/slides/slide"))
        return Words(tuple(block for n in slides for block in _blocks(package, n, (A + "p",), (A + "t",))))
    parts = [name for name in sorted(package.namelist()) if name.startswith("xl/worksheets/sheet")]
    found = [block for name in parts for block in _blocks(package, name, (S + "is",), (S + "t",))]
    if "xl/sharedStrings.xml" in package.namelist():
        found += _blocks(package, "xl/sharedStrings.xml", (S + "si",), (S + "t",))
    return Words(tuple(found))


def letterhead_of(package: zipfile.ZipFile, media_type: str) -> tuple[str, ...]:
    """Return the words in the page headers of a word-processing file, where a stamp may stand; else nothing."""
    if "wordprocessingml" in media_type or "word.document" in media_type:
        parts = sorted(n for n in package.namelist() if n.startswith("word/header") and n.endswith(".xml"))
        return tuple(block for n in parts[:10] for block in _blocks(package, n, (W + "p",), (W + "t",)))
    if media_type.startswith(ODF) and "styles.xml" in package.namelist():
        return _blocks(package, "styles.xml", (T + "p",), None)
    return ()


def _blocks(
    package: zipfile.ZipFile, part: str, block: tuple[str, ...], leaf: tuple[str, ...] | None
) -> tuple[str, ...]:
    found: list[str] = []
    with package.open(part) as stream:
        for _, element in etree.iterparse(
            _Capped(stream), tag=block, resolve_entities=False, no_network=True, load_dtd=False
        ):
            words = (
                "".join(element.itertext())
                if leaf is None
                else "".join(piece.text or "" for piece in element.iter(*leaf))
            )
            if words.strip():
                found.append(words)
            element.clear()
    return tuple(found)


class _Capped:
    """A stream that ends after so many bytes: the directory's sizes are only claims."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = XML_LIMIT

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(data)
        return data


def charset_of(data: bytes) -> str:
    """Return "utf-8", "utf-16" or "8-bit" (an encoding before Unicode) for the beginning of a plain text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start > len(data) - 4 else "8-bit"
    return "utf-8"


def decoded(data: bytes) -> str:
    """Return plain text in whichever encoding an office may have used.

    UTF-8 and UTF-16 are told by their form; the rest is taken as Windows-1258 (Vietnamese), which is a guess.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:  # a letter cut at the end of the piece read
            return data[: error.start].decode("utf-8-sig")
        return data.decode("cp1258", "replace")
