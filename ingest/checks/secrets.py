"""V12: nothing marked as a state secret (bí mật nhà nước) comes into a networked archive.

Signs looked for: field values, a stamp-like line on the first page, the file name. A sign refuses the whole case file;
the finding names where it was seen and never repeats the text around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from archive.vietnamese import fold, plain
from ingest.checks.case import Case, Piece
from ingest.finding import Finding

LEVELS = ("TUYỆT MẬT", "TỐI MẬT", "MẬT")
# Where a secrecy level may be written. "03" is the TT 05/2025 code of use mode "Mật".
_FIELDS = ("Rights", "Mode", "Secrecy")
_VALUE = re.compile(r"(?:(?:độ|mức độ|cấp độ) mật *:? *)?(?:tuyệt mật|tối mật|mật|03)")
_VALUE_FOLDED = re.compile(r"(?:tuyet|toi) mat")
_COLUMNS = re.compile(r"[ \t]{2,}|[|\t\r\n\f\v]")
_FRAME = " .:-–—_=*[](){}<>\"'“”"

_NAME_ACCENTED = re.compile(r"(?<!\w)(?:tối|tuyệt)[ _\-.]*mật(?!\w)", re.IGNORECASE)
# Alone between brackets or joints, so that "bí mật nhà nước" and "mật độ xây dựng" are ordinary words.
_NAME_BARE = re.compile(r"(?:^|[(\[_\-.])\s*MẬT\s*(?=[)\]_\-.]|$)")
_NAME_PLAIN = re.compile(r"(?<![a-z])(?:toi|tuyet)[ _\-.]?mat(?![a-z])|ToiMat|TuyetMat", re.ASCII)


def check(case: Case) -> Iterator[Finding]:
    """Yield every sign of secrecy (TT 02/2019 Điều 8.1, or the province's own clause)."""
    for name in _FIELDS:
        if is_secret_value(case.get(name)):
            yield _finding(case, f"case file / {name}", name, 0)
    for document in case.documents:
        for name in _FIELDS:
            if is_secret_value(document.get(name)):
                yield _finding(case, document.place(name), name, document.ordinal)
        for piece in document.pieces:
            yield from _piece(case, piece, document.ordinal)
    for piece in case.sources:
        yield from _piece(case, piece, 0)


def _piece(case: Case, piece: Piece, ordinal: int) -> Iterator[Finding]:
    stamp = stamp_on(piece.facts.first_page_text) if piece.facts else ""
    if stamp:
        yield _finding(case, piece.name, f"{stamp} (trang 1)", ordinal)
    if is_secret_name(piece.name):
        yield _finding(case, piece.name, "tên tệp", ordinal)


def is_secret_value(value: str) -> bool:
    """Return whether a field says Mật, Tối mật or Tuyệt mật, or has the TT 05/2025 code 03 of Mật."""
    return bool(_VALUE.fullmatch(plain(value)) or _VALUE_FOLDED.fullmatch(fold(plain(value))))


def stamp_on(first_page: str) -> str:
    """Return the secrecy stamp that stands alone on a line or in a column of the first page; "" when there is none.

    Only capitals count, as stamps are cut, and a space between letters is overlooked, as OCR puts them.
    """
    for cell in _COLUMNS.split(unicodedata.normalize("NFC", first_page)):
        bare = cell.strip(_FRAME)
        for level in LEVELS:
            if bare.replace(" ", "") == level.replace(" ", ""):
                return level
    # A stamp whose letters are set wide apart falls into columns; look at whole lines too.
    for line in unicodedata.normalize("NFC", first_page).splitlines():
        bare = "".join(line.strip(_FRAME).split())
        for level in LEVELS:
            if bare == level.replace(" ", ""):
                return level
    return ""


def is_secret_name(name: str) -> bool:
    """Return whether a file name itself carries a secrecy level."""
    stem = unicodedata.normalize("NFC", name).rpartition(".")[0] or unicodedata.normalize("NFC", name)
    if _NAME_ACCENTED.search(stem) or _NAME_BARE.search(stem):
        return True
    return stem.isascii() and bool(_NAME_PLAIN.search(stem) or _NAME_PLAIN.search(stem.lower()))


def _finding(case: Case, place: str, seen: str, document: int) -> Finding:
    stance = case.profile.secret
    if stance:
        return Finding("SECRET", place, {"seen": seen, "basis": stance.clause}, document)
    return Finding("V12", place, {"seen": seen}, document)
