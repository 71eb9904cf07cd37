"""Mark what was found, on the original text with its accents. Pure; used by the embedded engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.vietnamese import MARK_CLOSE, MARK_OPEN, Unit, Word, words

SCAN = 60_000
"""Characters looked through before the first hit ends the search for more: keeps a page of hits fast."""
MAX_SPANS = 400


@dataclass(frozen=True)
class Span:
    """A found place. `unit` is the number of the unit it answers, `exact` whether the accents agree."""

    start: int
    end: int
    unit: int
    exact: bool


def spans(text: str, asked: Sequence[Unit]) -> list[Span]:
    """Return where the units are in a text, in order."""
    singles = {
        unit.folded[0]: (n, unit.parts[0].exact) for n, unit in enumerate(asked) if len(unit.parts) == 1
    }
    runs = [
        (n, unit.folded, tuple(part.exact for part in unit.parts))
        for n, unit in enumerate(asked)
        if len(unit.parts) > 1
    ]
    longest = max((len(folded) for _, folded, _ in runs), default=1)
    window: list[Word] = []
    found: list[Span] = []
    for word in words(text):
        if word.start > SCAN and found:
            break
        single = singles.get(word.folded)
        if single is not None:
            found.append(Span(word.start, word.end, single[0], word.exact == single[1]))
        window = [*window[-(longest - 1) :], word] if longest > 1 else [word]
        for number, folded, sharp in runs:
            last = window[-len(folded) :]
            if len(last) == len(folded) and all(
                w.folded == part for w, part in zip(last, folded, strict=True)
            ):
                agrees = all(w.exact == part for w, part in zip(last, sharp, strict=True))
                found.append(Span(last[0].start, last[-1].end, number, agrees))
        if len(found) >= MAX_SPANS:
            break
    return sorted(found, key=lambda span: (span.start, -span.end))


def _mark(text: str, places: Iterable[Span], start: int, end: int) -> str:
    pieces: list[str] = []
    at = start
    for span in places:
        if span.start < at or span.end > end:
            continue
        pieces += [text[at : span.start], MARK_OPEN, text[span.start : span.end], MARK_CLOSE]
        at = span.end
    pieces.append(text[at:end])
    return "".join(pieces)


def marked(text: str, asked: Sequence[Unit]) -> str:
    """Return the whole text with the found places between `MARK_OPEN` and `MARK_CLOSE`."""
    return _mark(text, spans(text, asked), 0, len(text))


def fragments(text: str, asked: Sequence[Unit], *, count: int = 3, size: int = 180) -> str:
    """Return the best pieces of a text with hits marked, "" when nothing is in it.

    Best is the piece with most different units, then most exact hits, then the earliest.
    """
    places = spans(text, asked)
    chosen: list[tuple[int, int]] = []
    ranked = sorted(range(len(places)), key=lambda n: _worth(places, n, size))
    for number in ranked:
        start = max(0, places[number].start - size // 4)
        start, end = _at_words(text, start, min(len(text), max(start + size, places[number].end)))
        if all(end <= other_start or start >= other_end for other_start, other_end in chosen):
            chosen.append((start, end))
        if len(chosen) == count:
            break
    pieces = []
    for start, end in sorted(chosen):
        piece = " ".join(_mark(text, places, start, end).split())
        pieces.append(("… " if start > 0 else "") + piece + (" …" if end < len(text) else ""))
    return " ".join(pieces).replace("… …", "…")


def _worth(places: Sequence[Span], number: int, size: int) -> tuple[int, int, int]:
    first = places[number].start
    near: list[Span] = []
    for span in places[number:]:
        if span.end > first + size * 3 // 4:
            break
        near.append(span)
    return -len({span.unit for span in near}), -sum(span.exact for span in near), first


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end
