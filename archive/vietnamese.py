"""Vietnamese text made comparable: one form of case, spaces and accents. The trades build on these three."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Return NFC text in lower case with single spaces; accents stay, they tell words apart ("mật", "mặt")."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def unaccented(text: str) -> str:
    """Return text without accents, đ as d, everything else as it was: "Quyết định" -> "Quyet dinh"."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    kept = "".join(char for char in apart if not unicodedata.combining(char))
    return kept.replace("đ", "d").replace("Đ", "D")


def fold(text: str) -> str:
    """Return text in lower case without accents, đ as d: "Quyết định" -> "quyet dinh"."""
    return unaccented(text.lower())
