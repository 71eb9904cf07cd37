"""How Vietnamese text is compared: composed, folded, with one tone style, split into words and codes.

Both engines are given text and queries that went through `clean`. SQLite indexes what `folded_words` returns;
Elasticsearch has analyzers that do the same (`search.mapping`). Everything here is pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from archive.vietnamese import fold

MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
"""Private characters that stand for <mark> until the text is escaped; `clean` takes them out of all text."""

TONE_STYLE = (
    ("oà", "òa"),
    ("oá", "óa"),
    ("oả", "ỏa"),
    ("oã", "õa"),
    ("oạ", "ọa"),
    ("oè", "òe"),
    ("oé", "óe"),
    ("oẻ", "ỏe"),
    ("oẽ", "õe"),
    ("oẹ", "ọe"),
    ("uỳ", "ùy"),
    ("uý", "úy"),
    ("uỷ", "ủy"),
    ("uỹ", "ũy"),
    ("uỵ", "ụy"),
)
"""New style -> old style of placing the tone (hoà -> hòa). "quý" changes too, the same on both sides."""

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_CODE = re.compile(r"[^\W_]+(?:\s*[/]\s*[^\W_]+|[-_.][^\W_]+)*")
_ZEROS = re.compile(r"^0+(?=\d)")


class Word(NamedTuple):
    """One word of a text.

    Attributes:
        start: offset in the text it was read from; `end` is behind the last character.
        exact: lower case with accents, one tone style.
        folded: without accents, đ as d, leading zeros of a number gone.
    """

    start: int
    end: int
    exact: str
    folded: str


def clean(text: str) -> str:
    """Return text fit for an index: NFC, no control, invisible or private characters."""
    return _removable().sub(_replacement, unicodedata.normalize("NFC", text))


@lru_cache(maxsize=1)
def _removable() -> re.Pattern[str]:
    # Control characters, soft hyphen and joiners, surrogates, private use, not-a-characters.
    return re.compile(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064"
        "\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\uffff\U000f0000-\U0010ffff]"
    )


def _replacement(match: re.Match[str]) -> str:
    # An invisible character inside a word does not split it; anything else does.
    return "" if match.group() in "\xad\u200b\u200c\u200d\u2060\ufeff" else " "


def exact(text: str) -> str:
    """Return text in lower case, composed, every tone in the old place: "Hoà" -> "hòa"."""
    lowered = unicodedata.normalize("NFC", text.lower())
    for new, old in TONE_STYLE:
        if new in lowered:
            lowered = lowered.replace(new, old)
    return lowered


@lru_cache(maxsize=100_000)
def _forms(word: str) -> tuple[str, str]:
    return exact(word), _ZEROS.sub("", fold(word))


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order, with their places in it."""
    for match in _WORD.finditer(text):
        sharp, flat = _forms(match.group())
        yield Word(match.start(), match.end(), sharp, flat)


def folded_words(text: str) -> str:
    """Return a text's folded words with one space between: what SQLite indexes."""
    return " ".join(word.folded for word in words(text))


def code_parts(code: str) -> tuple[str, ...]:
    """Return the parts of a code, folded: "05/2020/NQ-HĐND" -> ("5", "2020", "nq", "hdnd")."""
    return tuple(word.folded for word in words(code))


def code_key(code: str) -> str:
    """Return the one form of a code for comparing: "05 / 2020/NQ-HĐND" -> "5/2020/nq-hdnd"."""
    tight = re.sub(r"\s*([/\-_.])\s*", r"\1", " ".join(code.split()))
    return "".join(_ZEROS.sub("", part) for part in re.split(r"([/\-_. ])", fold(tight)))


def is_code(token: str) -> bool:
    """Say whether a token looks like a document's code: it has a slash, or parts of which one has a digit."""
    return "/" in token or (bool(re.search(r"[-_.]", token)) and any(char.isdigit() for char in token))


@dataclass(frozen=True)
class Unit:
    """One thing asked for.

    Attributes:
        kind: "word", "code" or "phrase".
        text: as typed, cleaned.
        parts: its words.
    """

    kind: str
    text: str
    parts: tuple[Word, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        """Return the folded words."""
        return tuple(word.folded for word in self.parts)

    @property
    def has_accents(self) -> bool:
        """Say whether it was typed with accents, so that exact words should come first."""
        return any(word.exact != fold(word.exact) for word in self.parts)


MAX_QUERY = 500
MAX_UNITS = 24


def units(query: str) -> tuple[Unit, ...]:
    """Return what a query asks for: words, codes, and phrases in double quotes.

    Only the first 500 characters and 24 units count: a longer query is a pasted text or an attack. The word
    "số" in front of a code ("quyết định số 31/2020") is how people speak, not something to be found.
    """
    text = clean(query[: MAX_QUERY * 4])[:MAX_QUERY].replace("“", '"').replace("”", '"')
    found: list[Unit] = []
    pieces = text.split('"')
    for number, piece in enumerate(pieces):
        quoted = number % 2 == 1 and number < len(pieces) - 1
        found.extend(_phrase(piece) if quoted else _loose(piece))
    kept: list[Unit] = []
    for place, unit in enumerate(found):
        spoken = unit.kind == "word" and unit.folded == ("so",)
        if spoken and place + 1 < len(found) and found[place + 1].kind == "code":
            continue
        if (unit.kind, unit.folded) not in {(other.kind, other.folded) for other in kept}:
            kept.append(unit)
    return tuple(kept[:MAX_UNITS])


def _phrase(piece: str) -> list[Unit]:
    parts = tuple(words(piece))
    return [Unit("phrase", piece.strip(), parts)] if parts else []


def _loose(piece: str) -> list[Unit]:
    found = []
    for match in _CODE.finditer(piece):
        token = match.group()
        if is_code(token):
            found.append(Unit("code", token, tuple(words(token))))
        else:
            found.extend(Unit("word", token[w.start : w.end], (w,)) for w in words(token))
    return found
