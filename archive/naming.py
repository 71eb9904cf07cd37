"""Names are decided once, readable, and stored: in the stores, and inside packages."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from archive.vietnamese import unaccented

LONGEST = 120  # bytes of one part in UTF-8; the whole stays far below any file system's limit


def safe_name(name: str) -> str:
    """Return a delivered file's name without folders, controls or characters some systems refuse.

    Vietnamese letters stay, in NFC. An empty or dotted name becomes `khong-ten`; a long one keeps its extension.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    text = unicodedata.normalize("NFC", last)
    text = "".join("_" if unicodedata.category(c)[0] == "C" or c in '<>:"|?*%' else c for c in text).strip(
        " ."
    )
    if not text:
        return "khong-ten"
    stem, dot, suffix = text.rpartition(".")
    if not dot or len(suffix.encode()) > 10:
        return _cut(text, LONGEST)
    return f"{_cut(stem, LONGEST - len(suffix.encode()) - 1)}.{suffix}"


def _cut(text: str, size: int) -> str:
    """Return as much of the text as fits into so many bytes, whole letters only."""
    return text.encode()[:size].decode(errors="ignore")


def package_name(province: str, agency: str, year: int, file_code: str, *, version: int) -> str:
    """Return a package's key in every store: `<province>/<agency>/<year>/<file code>/v0001.zip` (design section 7)."""
    code = _slug(file_code)
    if code != file_code:  # "01/TH" and "01-TH" are two codes: what the name lost is told apart by its hash
        code = f"{code[: LONGEST - 9]}-{hashlib.sha256(file_code.encode()).hexdigest()[:8]}"
    return "/".join((_slug(province), _slug(agency), f"{year:04d}", code, f"v{version:04d}.zip"))


def assigned_document_code(file_code: str, ordinal: int) -> str:
    """Return a document's code of ours: file code and 7-digit ordinal (docCode, TT 05/2025/TT-BNV)."""
    return f"{file_code}.{ordinal:07d}"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", unaccented(text)).strip(".-")[:LONGEST] or "khong-ten"
