"""What is in a PDF: pages, version, encryption, active content, files inside, first words, scans. Runs in the sandbox.

Threat: every byte is hostile. Nothing is executed and no picture is decoded; what is attached is unpacked with a cap.
"""

from __future__ import annotations

import io
import zlib
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from archive.reason import as_json, because
from ingest.formats import page_words, scans, seals
from ingest.formats.inside import BYTES_OPENED, DEPTH, PDF, Inside, of_file
from ingest.formats.look_packages import PASSWORD, facts_of
from ingest.formats.look_within import Words, look_into
from ingest.our_memory import is_short_of_memory

TAIL = 2048
OBJECTS_LIMIT = 2_000_000
ATTACHED_LIMIT = 200
FONTS_KEPT = 20

# Actions that do something other than move the reader about or open an address (ISO 19005-2, 6.5.1).
ACTIVE_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "Launch",
    "/SubmitForm": "SubmitForm",
    "/ImportData": "ImportData",
    "/Rendition": "Rendition",
    "/Movie": "Movie",
    "/Sound": "Sound",
    "/GoToE": "GoToE",
}
ACTIVE_ANNOTATIONS = {"/RichMedia": "RichMedia", "/3D": "3D"}
# Fonts of the encodings before Unicode (TCVN 5712 "ABC", VNI): the letters in such a file are other letters' codes.
LEGACY_FONTS = (".vn", "vni-", "vntime", "vnarial")


class _Walk:
    """What one pass over all objects of a file finds."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.attached: list[Any] = []
        self.signed = False
        self.pictured = False
        self.legacy: set[str] = set()


def pdf(path: Path, words: Words) -> dict[str, Any]:
    """Return the facts of one PDF.

    Args:
        words: where the words of files attached to it go.
    """
    try:
        opened = pikepdf.open(path)
    except pikepdf.PasswordError:
        return {"encrypted": True, "problem": PASSWORD}
    except pikepdf.PdfError as error:
        if "/Encrypt" in str(error) or "encryption" in str(error).lower():
            return {"encrypted": True, "problem": as_json(because("ingest.encrypted-unknown"))}
        return {"problem": as_json(because("ingest.cannot-open", said=_without_path(error, path)))}
    with opened:
        walk = _walked(opened)
        found = Inside()
        walk.active |= _attached(walk.attached, found, depth=0, words=words)
        facts: dict[str, Any] = {
            "pages": len(opened.pages),
            "pdf_version": _version(opened),
            "encrypted": opened.is_encrypted,
            "active_content": sorted(walk.active),
            "attachments": len(walk.attached),
            "signed": walk.signed,
            "claims": _claim(opened),
            "legacy_fonts": sorted(walk.legacy)[:FONTS_KEPT],
            **facts_of(found),
        }
        if found.encrypted:
            facts["unseen"] = as_json(found.unseen or because("ingest.attached-locked"))
        marks = seals.places(opened) if walk.signed else []
        rebuilt = any("reconstruct" in str(w) or "damaged" in str(w) for w in opened.get_warnings())
    if facts["pages"] == 0:
        return facts | {"problem": as_json(because("ingest.no-page"))}
    if rebuilt:
        if not _has_tail(path):
            return facts | {"problem": as_json(because("ingest.end-missing"))}
        facts["damaged"] = as_json(because("ingest.table-rebuilt"))
    document = pypdfium2.PdfDocument(path)
    try:
        if len(document) != facts["pages"]:
            disagree = because("ingest.readers-disagree", one=facts["pages"], other=len(document))
            return facts | {"problem": as_json(disagree)}
        facts["first_page_text"] = page_words.words(document[0])
        if walk.pictured:
            facts["scan"] = scans.of_pages(document)
        if marks:
            facts["seals"] = seals.inked(document, marks)
    finally:
        document.close()
    return facts


def _without_path(error: Exception, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").replace(str(path), "the file")[:300]


def _version(opened: pikepdf.Pdf) -> str:
    """Return the higher of header and catalog version."""
    said = str(opened.Root.get("/Version", "")).lstrip("/")
    return max(opened.pdf_version, said) if said[:1].isdigit() else opened.pdf_version


def _has_tail(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - TAIL))
        tail = stream.read()
    return b"startxref" in tail


def _claim(opened: pikepdf.Pdf) -> str:
    """Return the PDF/A flavour the file's metadata claims, e.g. `2B`; "" when none."""
    if "/Metadata" not in opened.Root:
        return ""
    try:
        with opened.open_metadata(set_pikepdf_as_editor=False) as metadata:
            return str(metadata.pdfa_status)
    except Exception as error:  # broken XMP claims nothing
        if is_short_of_memory(error):
            raise
        return ""


def _walked(opened: pikepdf.Pdf) -> _Walk:
    """Look at every object once, whether anything refers to it or not."""
    if len(opened.objects) > OBJECTS_LIMIT:
        raise ValueError(f"more than {OBJECTS_LIMIT} objects")
    walk = _Walk()
    stack: list[Any] = list(opened.objects)
    while stack:
        thing = stack.pop()
        if isinstance(thing, pikepdf.Array):
            stack.extend(one for one in thing if _direct(one))
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key, value in thing.items():
            if isinstance(value, pikepdf.Name):
                _named(walk, thing, key, str(value))
            elif key == "/JS":
                walk.active.add("JavaScript")
            elif key == "/XFA":
                walk.active.add("XFA")
            elif key == "/ByteRange":
                walk.signed = True
            elif key == "/EF" and isinstance(value, pikepdf.Dictionary):
                walk.attached.append(thing)
            elif _direct(value):
                stack.append(value)
    return walk


def _named(walk: _Walk, thing: Any, key: str, value: str) -> None:
    if key == "/S" and value in ACTIVE_ACTIONS:
        walk.active.add(ACTIVE_ACTIONS[value])
    elif key == "/Subtype" and value in ACTIVE_ANNOTATIONS:
        walk.active.add(ACTIVE_ANNOTATIONS[value])
    elif key == "/Subtype" and value == "/Image":
        walk.pictured = walk.pictured or scans.is_large(thing)
    elif key == "/FT" and value == "/Sig":
        walk.signed = True
    elif key == "/BaseFont" and value.rpartition("+")[2].lstrip("/").lower().startswith(LEGACY_FONTS):
        walk.legacy.add(value.rpartition("+")[2].lstrip("/")[:60])


def _direct(value: object) -> bool:
    """Say whether a value must be walked into: indirect ones come by themselves."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _attached(
    specifications: list[Any], found: Inside, *, depth: int, words: Words | None = None
) -> set[str]:
    """Look into the files attached to a PDF; return what is active in PDFs among them.

    Args:
        words: where their words go; None when who looks at the PDF around them does that.
    """
    active: set[str] = set()
    if len(specifications) > ATTACHED_LIMIT:
        found.unseen = because("ingest.more-attached", count=ATTACHED_LIMIT)
    for one in specifications[:ATTACHED_LIMIT]:
        name = str(one.get("/UF", one.get("/F", "")))
        found.named(name)
        stream = next((s for s in one["/EF"].values() if isinstance(s, pikepdf.Stream)), None)
        data = _unpacked(stream) if stream is not None else None
        if data is None:
            found.unseen = found.unseen or because("ingest.attached-packed")
        elif len(data) > BYTES_OPENED:
            found.unseen = found.unseen or because("ingest.attached-large", bytes=BYTES_OPENED)
        elif data.startswith(PDF):
            active |= attached_pdf(data, found, depth=depth + 1)
        else:
            of_file(name, partial(io.BytesIO, data), found, depth=depth)
        if words is not None and data is not None and len(data) <= BYTES_OPENED:
            look_into(name, data, words, found)
    return active


def attached_pdf(data: bytes, found: Inside, *, depth: int) -> set[str]:
    """Look into a PDF inside another file; return what is active in it."""
    if depth > DEPTH:
        found.unseen = found.unseen or because("ingest.nested", deep=DEPTH)
        return set()
    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            walk = _walked(opened)
            return walk.active | _attached(walk.attached, found, depth=depth)
    except pikepdf.PasswordError:
        found.encrypted = True
    except (pikepdf.PdfError, ValueError):
        found.unseen = found.unseen or because("ingest.attached-pdf")
    return set()


def _unpacked(stream: pikepdf.Stream) -> bytes | None:
    """Return an attached file's bytes, a little more than the cap at most; None when its filter is not known."""
    filters: Any = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters]
    raw = stream.read_raw_bytes()
    if not names:
        return raw[: BYTES_OPENED + 1]
    if names != ["/FlateDecode"]:
        return None
    try:
        return zlib.decompressobj().decompress(raw, BYTES_OPENED + 1)
    except zlib.error:
        return None
