"""Vietnamese words made comparable, for rules that must not stumble over spelling forms."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Return NFC text in lower case with single spaces; diacritics stay (they tell words apart)."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def fold(text: str) -> str:
    """Return `plain` text without diacritics, đ as d: for spotting words typed without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
