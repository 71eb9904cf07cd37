"""What is in a file: pages, version, encryption, active content, first words. Runs in the sandbox.

Threat: every byte is hostile. Nothing is executed; archives are judged by their directory before anything in
them is unpacked, and unpacked with a cap. Libraries may raise, hang or die: the sandbox's asker survives that.
"""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image

from ingest.formats import office
from ingest.formats.identify import CSV, ODF, OOXML, PDF, TEXT, identify

FIRST_PAGE_CHARACTERS = 4000
TAIL = 2048
OBJECTS_LIMIT = 2_000_000
MACRO_MARKS = ("vbaproject.bin", "vbadata.xml")

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
ACTIVE_ANNOTATIONS = {"/RichMedia": "RichMedia", "/3D": "3D", "/FileAttachment": "EmbeddedFiles"}


def look(path: Path, name: str) -> dict[str, Any]:
    """Return the facts of one file, as the keyword arguments of `FileFacts` but for hash and signatures."""
    kind = identify(path, name)
    facts: dict[str, Any] = {
        "puid": kind.puid,
        "media_type": kind.media_type,
        "extensions": kind.extensions,
    }
    try:
        if not kind.puid:
            facts["problem"] = "the file is empty (0 bytes)"
        elif kind.media_type == PDF:
            facts |= _pdf(path)
        elif kind.media_type.startswith((OOXML, ODF)) or "macroEnabled" in kind.media_type:
            facts |= _zipped(path, kind.media_type)
        elif kind.media_type.startswith("image/"):
            facts |= _picture(path)
        elif kind.media_type in (TEXT, CSV):
            with path.open("rb") as stream:
                facts["first_page_text"] = _nfc(office.decoded(stream.read(16384)))
        elif kind.puid in office.ENCRYPTED_PUIDS:
            facts |= {"encrypted": True, "problem": "needs a password"}
        else:
            facts |= _compound(path)
    except MemoryError:
        raise
    except Exception as error:  # whatever a library makes of a hostile file
        facts["problem"] = f"cannot be opened: {error or type(error).__name__}"[:500]
    return facts


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()[:FIRST_PAGE_CHARACTERS]


def _pdf(path: Path) -> dict[str, Any]:
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        return {"encrypted": True, "problem": "needs a password"}
    except pikepdf.PdfError as error:
        if "/Encrypt" in str(error) or "encryption" in str(error).lower():
            return {"encrypted": True, "problem": "encrypted in a way that cannot be opened"}
        return {"problem": f"cannot be opened: {_without_path(error, path)}"}
    with pdf:
        facts: dict[str, Any] = {
            "pages": len(pdf.pages),
            "pdf_version": _version(pdf),
            "encrypted": pdf.is_encrypted,
            "active_content": sorted(_active(pdf)),
            "signed": _has_signature(pdf),
            "claims": _claim(pdf),
        }
        rebuilt = any("reconstruct" in str(w) or "damaged" in str(w) for w in pdf.get_warnings())
    if facts["pages"] == 0:
        return facts | {"problem": "has no page"}
    if rebuilt and not _has_tail(path):
        return facts | {"problem": "its end is missing: the file is cut off"}
    document = pypdfium2.PdfDocument(path)
    try:
        if len(document) != facts["pages"]:
            return facts | {"problem": f"readers disagree: {facts['pages']} or {len(document)} pages"}
        page = document[0]
        facts["first_page_text"] = _nfc(page.get_textpage().get_text_range())
    finally:
        document.close()
    return facts


def _without_path(error: Exception, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").replace(str(path), "the file")[:300]


def _version(pdf: pikepdf.Pdf) -> str:
    """Return the higher of header and catalog version."""
    said = str(pdf.Root.get("/Version", "")).lstrip("/")
    return max(pdf.pdf_version, said) if said[:1].isdigit() else pdf.pdf_version


def _has_tail(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - TAIL))
        tail = stream.read()
    return b"startxref" in tail


def _claim(pdf: pikepdf.Pdf) -> str:
    """Return the PDF/A flavour the file's metadata claims, e.g. `2B`; "" when none."""
    try:
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            return str(metadata.pdfa_status)
    except Exception:  # broken XMP claims nothing
        return ""


def _has_signature(pdf: pikepdf.Pdf) -> bool:
    return any(
        isinstance(thing, pikepdf.Dictionary) and (thing.get("/FT") == "/Sig" or "/ByteRange" in thing)
        for thing in pdf.objects
    )


def _active(pdf: pikepdf.Pdf) -> set[str]:
    found: set[str] = set()
    if len(pdf.objects) > OBJECTS_LIMIT:
        raise ValueError(f"more than {OBJECTS_LIMIT} objects")
    stack: list[Any] = list(pdf.objects)
    while stack:
        thing = stack.pop()
        if isinstance(thing, pikepdf.Array):
            stack.extend(one for one in thing if _direct(one))
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key, value in thing.items():
            if key == "/S" and isinstance(value, pikepdf.Name) and str(value) in ACTIVE_ACTIONS:
                found.add(ACTIVE_ACTIONS[str(value)])
            elif key == "/Subtype" and isinstance(value, pikepdf.Name) and str(value) in ACTIVE_ANNOTATIONS:
                found.add(ACTIVE_ANNOTATIONS[str(value)])
            elif key in ("/EmbeddedFiles", "/EF"):
                found.add("EmbeddedFiles")
            elif key == "/JS":
                found.add("JavaScript")
            elif key == "/XFA":
                found.add("XFA")
            elif _direct(value):
                stack.append(value)
    return found


def _direct(value: object) -> bool:
    """Say whether a value must be walked into: indirect ones come by themselves."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _zipped(path: Path, media_type: str) -> dict[str, Any]:
    """Return the facts of an OOXML or ODF file."""
    with zipfile.ZipFile(path) as package:
        trouble = office.bomb(package)
        if trouble:
            return {"problem": trouble}
        names = [entry.filename.lower() for entry in package.infolist()]
        active = set()
        if any(name.endswith(MACRO_MARKS) for name in names) or "macroEnabled" in media_type:
            active.add("macro (vbaProject.bin)")
        if any(name.startswith(("basic/", "scripts/")) for name in names):
            active.add("macro (Basic)")
        if any("/embeddings/" in name and name.endswith((".bin", ".exe")) for name in names):
            active.add("OLE object")
        if any("/activex/" in name for name in names):
            active.add("ActiveX")
        facts: dict[str, Any] = {"active_content": sorted(active)}
        if any(entry.flag_bits & 1 for entry in package.infolist()) or office.odf_encrypted(package):
            return facts | {"encrypted": True, "problem": "needs a password"}
        words = office.text_of(package, media_type)
    return facts | {"first_page_text": _nfc("\n".join(words.blocks))}


def _picture(path: Path) -> dict[str, Any]:
    with Image.open(path) as image:
        pages = getattr(image, "n_frames", 1) if image.format in ("TIFF",) else 1
        image.load()  # a cut-off picture is found only by decoding it
    return {"pages": pages}


def _compound(path: Path) -> dict[str, Any]:
    """Return what can be told of an old Office file by its bytes: macros, encryption."""
    with path.open("rb") as stream:
        if stream.read(8) != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return {}
        stream.seek(0)
        data = stream.read(64 * 2**20)
    facts: dict[str, Any] = {}
    if "EncryptedPackage".encode("utf-16-le") in data:
        facts |= {"encrypted": True, "problem": "needs a password"}
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        facts["active_content"] = ["macro (VBA)"]
    return facts
