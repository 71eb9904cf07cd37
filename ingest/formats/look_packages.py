"""What is in an office file or an archive: macros, programs, passwords, remote references, words. Runs in the sandbox.

Threat: as `inside.py`. Archives are judged by their directory before anything in them is unpacked.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import msoffcrypto
import olefile

from archive.reason import as_json, because
from ingest.formats import inside, office
from ingest.formats.inside import Inside

RELATIONS_LIMIT = 4 * 2**20
WIDE_LIMIT = 8 * 2**20
PASSWORD = as_json(because("ingest.needs-password"))
# Parts of another place that an office program would fetch by itself when the file is opened.
_FETCHED = re.compile(rb'Type="[^"]*/(attachedTemplate|oleObject|frame|subDocument|externalLinkPath)"[^>]*'
                      rb'TargetMode="External"|TargetMode="External"[^>]*Type="[^"]*/'
                      rb'(attachedTemplate|oleObject|frame|subDocument|externalLinkPath)"')  # fmt: skip
_DDE_FIELD = re.compile(rb"<w:instrText[^>]*>\s*DDE(?:AUTO)?\b", re.IGNORECASE)
_RUNS = re.compile(r"[^\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]{2,}")


def zipped(path: Path, media_type: str) -> dict[str, Any]:
    """Return the facts of an OOXML or ODF file."""
    with zipfile.ZipFile(path) as package:
        if trouble := office.bomb(package):
            return {"problem": as_json(trouble)}
        names = [entry.filename.lower() for entry in package.infolist()]
        found = Inside(macros=office.macros_among(names))
        if "macroEnabled" in media_type:
            found.macros.add("VBA")
        inside.of_zip(package, found)
        active = _active(package, names)
        facts = facts_of(found) | {
            "active_content": sorted(active),
            "office_signatures": sum(_is_signature(name) for name in names),
        }
        if found.encrypted or office.odf_encrypted(package):
            return facts | {"encrypted": True, "problem": PASSWORD}
        words = office.text_of(package, media_type)
        head = office.letterhead_of(package, media_type)
    return facts | {"first_page_text": "\n".join((*head, *words.blocks))}


def archive(path: Path) -> dict[str, Any]:
    """Return the facts of a ZIP that is no office file PRONOM knows; it may be an odd one all the same."""
    with zipfile.ZipFile(path) as package:
        if trouble := office.bomb(package):
            return {"problem": as_json(trouble)}
        names = [entry.filename.lower() for entry in package.infolist()]
        found = Inside(macros=office.macros_among(names))
        inside.of_zip(package, found, keep_names=not office.is_office(names))
        found.encrypted = found.encrypted or office.odf_encrypted(package)
    return facts_of(found) | ({"encrypted": True, "problem": PASSWORD} if found.encrypted else {})


def compound(path: Path) -> dict[str, Any]:
    """Return the facts of an OLE file: an old office document, or a new one under a password."""
    found = Inside()
    with path.open("rb") as stream:
        locked = _needs_password(stream)
    with olefile.OleFileIO(path) as opened:
        inside.of_ole(opened, found, depth=0)
        words = "" if locked else _wide_words(opened)
    facts = facts_of(found) | {"first_page_text": words}
    return facts | ({"encrypted": True, "problem": PASSWORD} if locked else {})


def rich_text(path: Path) -> dict[str, Any]:
    """Return the facts of an RTF file."""
    with path.open("rb") as stream:
        data = stream.read(inside.BYTES_OPENED + 1)
    found = Inside()
    count = inside.of_rtf(data, found)
    if len(data) > inside.BYTES_OPENED:
        found.unseen = found.unseen or because("ingest.larger-than", bytes=inside.BYTES_OPENED)
    return facts_of(found) | {"active_content": ["OLE object"] if count else []}


def _is_signature(name: str) -> bool:
    """Say whether a part is an OOXML signature (ECMA-376 part 2) or the signatures of an ODF file."""
    in_ooxml = name.startswith("_xmlsignatures/") and name.endswith(".xml")
    return in_ooxml or name == "meta-inf/documentsignatures.xml"


def facts_of(found: Inside) -> dict[str, Any]:
    """Return what was seen inside as facts."""
    return {
        "macros": sorted(found.macros),
        "programs": sorted(found.programs),
        "inner_names": found.names,
        "unseen": as_json(found.unseen) if found.unseen else None,
    }


def _active(package: zipfile.ZipFile, names: list[str]) -> set[str]:
    active = set()
    if any("/activex/" in name for name in names):
        active.add("ActiveX")
    if any("/embeddings/" in name and name.endswith(".bin") for name in names) or any(
        name.startswith("object ") and "/" not in name for name in names
    ):
        active.add("OLE object")
    for entry in package.infolist():
        name = entry.filename.lower()
        if entry.flag_bits & 1 or not name.endswith((".rels", "word/document.xml", ".xml")):
            continue
        if name.endswith(".rels"):
            if _FETCHED.search(_read(package, entry)):
                active.add("remote reference")
        elif _has_dde(package, entry, name):
            active.add("DDE")
    return active


def _has_dde(package: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bool:
    """Say whether a part asks another program for data when the file is opened."""
    if "externallinks/" in name:
        return b"ddeLink" in _read(package, entry)
    return name == "word/document.xml" and _DDE_FIELD.search(_read(package, entry)) is not None


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with package.open(entry) as stream:
        return stream.read(RELATIONS_LIMIT)


def _needs_password(stream: Any) -> bool:
    """Say whether the file is under a password; a format the library does not know is not (it fails to convert)."""
    try:
        return bool(msoffcrypto.OfficeFile(stream).is_encrypted())
    except (msoffcrypto.exceptions.FileFormatError, msoffcrypto.exceptions.ParseError):
        return False


def _wide_words(opened: olefile.OleFileIO) -> str:
    """Return the beginning of the two-byte text of an old Word or Excel file, for stamp words.

    Vietnamese capitals with accents are always kept in two bytes there. What is no text comes out as noise.
    """
    for name in ("WordDocument", "Workbook", "PowerPoint Document"):
        if opened.exists(name):
            data = opened.openstream(name).read(WIDE_LIMIT)
            runs = _RUNS.findall(data.decode("utf-16-le", "replace"))
            return "\n".join(run for run in runs if any("A" <= sign <= "ỹ" for sign in run))
    return ""
