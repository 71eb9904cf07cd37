"""In which order hits stand, and the keys by which titles and codes are put in order, the same on both engines.

No engine sorts Vietnamese by itself: SQLite compares code points, and Elasticsearch would need a plugin. So the
key is made here when a document is indexed, and engines compare it as plain text.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from search.vietnamese import code_key


class Order(StrEnum):
    """How hits are put in order; what is equal stands by id, so that pages never overlap.

    Attributes:
        RELEVANCE: best first; without words what was stored last.
        NEWEST: by day of issue, or the day the case file's work ended; unknown days last.
        OLDEST: the same day, oldest first; unknown days last.
        TITLE: by Vietnamese alphabet, numbers by their value.
        CODE: by code, numbers by their value: 5/QĐ before 31/QĐ.
    """

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    CODE = "code"


KEY_LENGTH = 200
"""Letters of a title that count; what agrees so far stands by id."""
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: chr(ord("A") + place) for place, letter in enumerate(_LETTERS)}
# ngang, huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_DIGITS = re.compile(r"\d+")


def _padded(text: str) -> str:
    """Return text whose numbers compare by value as text: the length of a number stands before it."""
    return _DIGITS.sub(lambda run: _number(run.group()), text)


def _number(digits: str) -> str:
    value = "".join(str(unicodedata.digit(digit)) for digit in digits).lstrip("0") or "0"
    return f"{min(len(value), 999):03}{value}"


def title_key(title: str) -> str:
    """Return the text by which a title is put in order: letters first, then tones; marks and punctuation never.

    "Đ" stands behind "D", "Ă" and "Â" behind "A"; "ma, mà, mả, mã, má, mạ" only when the letters agree.
    """
    letters, tones = [], []
    for char in unicodedata.normalize("NFC", title).lower()[:KEY_LENGTH]:
        apart = unicodedata.normalize("NFD", char)
        tone = next((_TONES[mark] for mark in apart if mark in _TONES), "0")
        base = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))
        base = base if base in _PLACE else base[:1]
        if base in _PLACE:
            letters.append(_PLACE[base])
            tones.append(tone)
        elif base.isdecimal():
            letters.append(base)
        elif letters and letters[-1] != " ":
            letters.append(" ")
    return f"{_padded(''.join(letters).strip())}\t{''.join(tones)}"


def code_order(code: str) -> str:
    """Return the text by which a code is put in order: "05/2020/NQ-HĐND" before "31/2020/QĐ-UBND"."""
    return _padded(code_key(code)[:KEY_LENGTH])
