"""What is this file? By its bytes (PRONOM signatures, siegfried's engine), never by its name alone.

The name decides only between kinds of plain text, which have no signature: text, CSV, and a message of which PRONOM
does not find all headers.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pygfried

OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."

PDF = "application/pdf"
TEXT = "text/plain"
CSV = "text/csv"
ASF = "application/vnd.ms-asf"
WMV, WMA = "video/x-ms-wmv", "audio/x-ms-wma"
UNKNOWN_TYPE = "application/octet-stream"

EXTENSIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        PDF: ("pdf",),
        "application/msword": ("doc",),
        "application/vnd.ms-excel": ("xls",),
        "application/vnd.ms-powerpoint": ("ppt",),
        OOXML + "wordprocessingml.document": ("docx",),
        OOXML + "spreadsheetml.sheet": ("xlsx",),
        OOXML + "presentationml.presentation": ("pptx",),
        "application/vnd.ms-word.document.macroEnabled.12": ("docm",),
        "application/vnd.ms-excel.sheet.macroEnabled.12": ("xlsm",),
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12": ("pptm",),
        ODF + "text": ("odt",),
        ODF + "spreadsheet": ("ods",),
        ODF + "presentation": ("odp",),
        "application/rtf": ("rtf",),
        TEXT: ("txt",),
        CSV: ("csv",),
        "text/html": ("html", "htm"),
        "application/xml": ("xml",),
        "image/jpeg": ("jpg", "jpeg"),
        "image/png": ("png",),
        "image/tiff": ("tif", "tiff"),
        "image/jp2": ("jp2",),
        "image/gif": ("gif",),
        "image/bmp": ("bmp",),
        "application/zip": ("zip",),
        "application/x-7z-compressed": ("7z",),
        "application/vnd.rar": ("rar",),
        "audio/mpeg": ("mp3",),
        "audio/x-wav": ("wav",),
        WMA: ("wma", "asf"),
        "video/mp4": ("mp4", "m4v"),
        "video/x-msvideo": ("avi",),
        WMV: ("wmv", "asf"),
        ASF: ("asf", "wmv", "wma"),
        "video/quicktime": ("mov", "qt"),
        "video/mpeg": ("mpg", "mpeg"),
        "message/rfc822": ("eml",),
    }
)

# PRONOM gives some formats no MIME type, or several; these are the ones an office sends. That every identifier of the
# policy has one is tested against PRONOM's own list (tests/ingest/test_identifiers_of_pronom.py).
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "x-fmt/111": TEXT,
        "x-fmt/18": CSV,
        **dict.fromkeys((f"fmt/{number}" for number in (*range(45, 54), 355, 969)), "application/rtf"),
        "fmt/101": "application/xml",
        "fmt/39": "application/msword",
        "fmt/40": "application/msword",
        **dict.fromkeys((f"fmt/{number}" for number in range(59, 63)), "application/vnd.ms-excel"),
        "fmt/126": "application/vnd.ms-powerpoint",
        "fmt/96": "text/html",
        "fmt/471": "text/html",
        **dict.fromkeys((f"fmt/{number}" for number in range(7, 11)), "image/tiff"),
        "x-fmt/25": "image/bmp",
        "fmt/441": WMV,
        "fmt/640": "video/mpeg",
        "fmt/649": "video/mpeg",
    }
)

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "text/rtf": "application/rtf",
        "text/xml": "application/xml",
        "application/xhtml+xml": "text/html",
        "image/jpg": "image/jpeg",
        "audio/wav": "audio/x-wav",
        "audio/vnd.wave": "audio/x-wav",
        "video/avi": "video/x-msvideo",
        "application/mp4": "video/mp4",
        "application/x-rar-compressed": "application/vnd.rar",
    }
)

PDF_PUIDS: Mapping[str, str] = MappingProxyType(
    {
        "1.0": "fmt/14",
        "1.1": "fmt/15",
        "1.2": "fmt/16",
        "1.3": "fmt/17",
        "1.4": "fmt/18",
        "1.5": "fmt/19",
        "1.6": "fmt/20",
        "1.7": "fmt/276",
        "2.0": "fmt/1129",
    }
)
"""Version of plain PDF -> PRONOM identifier."""

UNKNOWN_PUID = "UNKNOWN"
LARGE = 256 * 2**20  # bytes of a file that is searched whole
END = 4 * 2**20


@dataclass(frozen=True)
class Format:
    """A file's format.

    Attributes:
        puid: PRONOM unique identifier, e.g. `fmt/412`; `UNKNOWN`, or "" for an empty file.
        media_type: `application/octet-stream` when unknown.
        extensions: extensions that fit the content, lower case without dot; empty when we know none.
        name: in PRONOM's words, with version.
    """

    puid: str
    media_type: str
    extensions: tuple[str, ...]
    name: str


EMPTY = Format("", UNKNOWN_TYPE, (), "empty file")
DAMAGED_PDF = Format(UNKNOWN_PUID, PDF, EXTENSIONS[PDF], "Portable Document Format, of unknown version")
MESSAGE = Format("fmt/278", "message/rfc822", EXTENSIONS["message/rfc822"], "Internet Message Format")
UNKNOWN = Format(UNKNOWN_PUID, UNKNOWN_TYPE, (), "unknown format")


def identify(path: Path, name: str) -> Format:
    """Return the format of the bytes at `path`; `name` (as sent) only tells CSV from other text.

    Never raises for what is in the file: what cannot be told is `UNKNOWN`, no bytes are `EMPTY`.

    Raises:
        OSError: our disk does not give the file; that says nothing of its format.
    """
    if path.stat().st_size == 0:
        return EMPTY
    try:
        with _readable(path) as short:
            report = pygfried.identify(str(short), detailed=True)
        match = report["files"][0]["matches"][0]
    except (pygfried.GoError, LookupError, TypeError, ValueError):
        return UNKNOWN
    puid = str(match.get("id") or UNKNOWN_PUID)
    # Extension-only matches say what the name claims, not what the bytes are.
    if puid == UNKNOWN_PUID or "extension only" in str(match.get("warning", "")):
        if _begins(path, b"%PDF-"):  # PRONOM also wants the end, which a cut-off file has not
            return DAMAGED_PDF
        if name.lower().endswith(".eml") and _is_message(path):
            return MESSAGE
        return _text(name) if _is_text(path) else UNKNOWN
    if puid == "x-fmt/111":
        return MESSAGE if name.lower().endswith(".eml") and _is_message(path) else _text(name)
    media_type = _media_type(puid, str(match.get("mime", "")), str(match.get("format", "")))
    title = " ".join(part for part in (match.get("format"), match.get("version")) if part)
    return Format(puid, media_type, EXTENSIONS.get(media_type, ()), title)


def puid_of_pdf(puid: str, version: str) -> str:
    """Return the PRONOM identifier of a PDF of this version, as its reader found it.

    PRONOM's signature sees the header alone; the catalog's version supersedes it (ISO 32000-1, 7.5.2), and a signing
    program raises only that, since it may not touch the header. PDF/A and what is no known version stay as they are.
    """
    return PDF_PUIDS.get(version, puid) if puid in PDF_PUIDS.values() else puid


@contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """Give the file, or of a very large one its two ends under its name's ending.

    The engine maps a file whole and searches all of it: 2 GiB took 15 s of CPU. PRONOM's marks of what may be so
    large (PDF, film, sound, picture) stand at the ends; a container's do not, so those are given whole.
    """
    with path.open("rb") as stream:
        head = stream.read(END)
        if path.stat().st_size <= LARGE or head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
            yield path
            return
        stream.seek(-END, os.SEEK_END)
        tail = stream.read(END)
    with tempfile.TemporaryDirectory(prefix="tangthu-ends-") as folder:
        short = Path(folder) / f"ends{path.suffix}"
        short.write_bytes(head + tail)
        yield short


def _media_type(puid: str, mime: str, title: str) -> str:
    if puid in MEDIA_TYPES:
        return MEDIA_TYPES[puid]
    said = [part.strip() for part in mime.split(",") if part.strip()]
    for part in said:
        part = _ALIASES.get(part, part)
        if part in EXTENSIONS:
            return part
    if "Portable Document Format" in title:
        return PDF
    return said[0] if said else UNKNOWN_TYPE


def _text(name: str) -> Format:
    if name.lower().endswith(".csv"):
        return Format("x-fmt/18", CSV, EXTENSIONS[CSV], "Comma Separated Values")
    return Format("x-fmt/111", TEXT, EXTENSIONS[TEXT], "Plain Text File")


def _begins(path: Path, mark: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(mark)) == mark


def _is_message(path: Path) -> bool:
    """Say whether the beginning is a block of headers with a sender (RFC 5322, 2.2)."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = re.split(rb"\r?\n", block)
    headers = [one.partition(b":")[0].lower() for one in lines if one[:1] not in (b" ", b"\t")]
    return b"from" in headers and all(re.fullmatch(rb"[!-9;-~]+", one) for one in headers)


def _is_text(path: Path) -> bool:
    """Say whether the beginning is UTF-8 without control characters."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    try:
        words = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a letter was cut at the end of the piece
            return False
        words = head[: error.start].decode("utf-8-sig")
    return bool(words.strip()) and all(sign.isprintable() or sign in "\t\r\n\f" for sign in words)
