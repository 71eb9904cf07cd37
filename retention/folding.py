"""Vietnamese text without case, accents and signs, for comparing what people typed."""

from __future__ import annotations

import re

from archive import vietnamese

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return a text's words in lower-case ASCII, one space between: "Vĩnh  viễn." -> "vinh vien"."""
    return _NOT_WORD.sub(" ", vietnamese.fold(text)).strip()


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of a text, in order."""
    return tuple(fold(text).split())
