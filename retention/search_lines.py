"""Find lines of a schedule by words, with or without accents."""

from __future__ import annotations

from collections.abc import Iterable

from retention.folding import words
from retention.schedule import Line


def lines_with(lines: Iterable[Line], text: str) -> list[Line]:
    """Return the lines that have every word of a text, at the start of a word of theirs; all for an empty text."""
    asked = words(text)
    if not asked:
        return list(lines)
    return [line for line in lines if _has(line, asked)]


def _has(line: Line, asked: tuple[str, ...]) -> bool:
    text = "".join(f" {word}" for word in words(f"{line.ref} {line.section} {line.title} {line.retention}"))
    return all(f" {word}" in text for word in asked)
