"""What is in a file: its kind by its bytes, then what the reader of that kind tells. Runs in the sandbox.

Threat: every byte is hostile. Nothing is executed. Libraries may raise, hang or die: the sandbox's asker survives that.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PIL import UnidentifiedImageError

from archive.reason import as_json, because
from ingest.formats import look_mail, look_media, look_packages, look_pdf, look_pictures, office, page
from ingest.formats.executable import HEAD, program_in
from ingest.formats.identify import (
    ASF,
    CSV,
    EXTENSIONS,
    ODF,
    OOXML,
    PDF,
    TEXT,
    Format,
    identify,
    puid_of_pdf,
)
from ingest.formats.inside import OLE
from ingest.formats.look_within import MAIL, Words, is_table
from ingest.formats.page_words import nfc, table
from ingest.our_disk import is_full_or_broken
from ingest.our_memory import is_short_of_memory

TEXT_READ = 16384  # bytes of a plain text that are read
TABLE_READ = 8 * 2**20
ZIP_TYPES = frozenset({"application/zip"})
RTF = "application/rtf"
HTML = "text/html"
_SCRIPT = re.compile(rb"<script\b|javascript:|\son[a-z]+\s*=", re.IGNORECASE)


def look(path: Path, name: str, within: Words | None = None) -> dict[str, Any]:
    """Return the facts of one file, as the keyword arguments of `FileFacts` but for hash and signatures.

    Args:
        within: where the words of files inside go when this one is itself inside another.
    """
    words = within or Words(look)
    kind = identify(path, name)
    facts: dict[str, Any] = {
        "puid": kind.puid,
        "media_type": kind.media_type,
        "extensions": kind.extensions,
    }
    try:
        facts |= _read(path, kind, words)
    except Exception as error:  # whatever a library makes of a hostile file
        if is_full_or_broken(error) or is_short_of_memory(error):
            raise
        said = f"{error or type(error).__name__}"[:500]
        facts["problem"] = as_json(because("ingest.cannot-open", said=said))
    facts["puid"] = puid_of_pdf(kind.puid, facts.get("pdf_version", ""))
    text = facts.get("first_page_text", "")
    facts["first_page_text"] = table(text) if is_table(kind.media_type) else nfc(text)
    if within is None:
        facts["inner_texts"] = words.kept
    return facts


def _read(path: Path, kind: Format, words: Words) -> dict[str, Any]:
    media_type = kind.media_type
    if not kind.puid:
        return {"problem": as_json(because("ingest.empty-file"))}
    if media_type == PDF:
        return look_pdf.pdf(path, words)
    if media_type.startswith((OOXML, ODF)) or "macroEnabled" in media_type:
        return look_packages.zipped(path, media_type)
    if media_type in ZIP_TYPES:
        return look_packages.archive(path)
    if media_type.startswith("image/"):
        try:
            return look_pictures.picture(path)
        except (
            UnidentifiedImageError
        ):  # a drawing (DWG) is no picture; a picture of ours that is none is damaged
            if media_type in EXTENSIONS:
                raise
    if media_type.startswith(("audio/", "video/")) or media_type == ASF:
        return look_media.media(path, media_type)
    if media_type == RTF:
        return look_packages.rich_text(path)
    if media_type == MAIL:
        return look_mail.message(path, words)
    if media_type in (TEXT, CSV, HTML):
        return _text(path, media_type)
    if kind.puid in office.ENCRYPTED_PUIDS:
        return {"encrypted": True, "problem": look_packages.PASSWORD}
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if program := program_in(head):
        return {"programs": [program]}
    return look_packages.compound(path) if head.startswith(OLE) else {}


def _text(path: Path, media_type: str) -> dict[str, Any]:
    with path.open("rb") as stream:
        data = stream.read(TABLE_READ if media_type == CSV else TEXT_READ)
        facts: dict[str, Any] = {
            "first_page_text": office.decoded(data),
            "charset": office.charset_of(data),
        }
        if media_type == HTML:
            data += stream.read(4 * 2**20)
            facts["active_content"] = ["script"] if _SCRIPT.search(data) else []
            facts["first_page_text"] = _without_marks(facts["first_page_text"])
    return facts


def _without_marks(text: str) -> str:
    """Return the words of the beginning of a web page, a line for each block: a stamp stands on a line of its own."""
    try:
        root, _ = page.cleaned(text, plain=True)
    except ValueError:  # there are none
        return text
    return "\n".join(page.blocks(root))
