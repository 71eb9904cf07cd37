"""What a PDF's ToUnicode table and width array say, code by code. Runs in the sandbox."""

from __future__ import annotations

import re
from typing import Any

from pikepdf import Array

CODES_LIMIT = 65_536
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = rb"<\s*([0-9A-Fa-f\s]*)>"
_PAIR = re.compile(_HEX + rb"\s*" + _HEX)
_RANGE = re.compile(_HEX + rb"\s*" + _HEX + rb"\s*(?:" + _HEX + rb"|\[(.*?)\])", re.DOTALL)
_ONE = re.compile(_HEX)


class UnreadableTableError(ValueError):
    """The table says something else than one character for a two-byte code."""


def read(data: bytes) -> dict[int, str]:
    """Return code -> character of a ToUnicode CMap with two-byte codes.

    Raises:
        UnreadableTableError: a code stands for several characters or none, or there are too many.
    """
    found: dict[int, str] = {}
    for kind, body in _SECTION.findall(data):
        if kind == b"bfchar":
            for code, sign in _PAIR.findall(body):
                found[_code(code)] = _sign(sign)
            continue
        for first, last, start, several in _RANGE.findall(body):
            low, high = _code(first), _code(last)
            if not 0 <= high - low < CODES_LIMIT:
                raise UnreadableTableError("a range of codes runs backwards or too far")
            signs = [_sign(one) for one in _ONE.findall(several)] if several else None
            for step in range(high - low + 1):
                if signs is None:
                    found[low + step] = chr(ord(_sign(start)) + step)
                elif step < len(signs):
                    found[low + step] = signs[step]
        if len(found) > CODES_LIMIT:
            raise UnreadableTableError("too many codes")
    return found


def _code(text: bytes) -> int:
    digits = b"".join(text.split())
    if len(digits) != 4:
        raise UnreadableTableError("codes are not of two bytes")
    return int(digits, 16)


def _sign(text: bytes) -> str:
    raw = bytes.fromhex(b"".join(text.split()).decode("ascii"))
    try:
        sign = raw.decode("utf-16-be")
    except UnicodeDecodeError as error:
        raise UnreadableTableError("a character is no UTF-16") from error
    if len(sign) != 1:
        raise UnreadableTableError(f"a code stands for {len(sign)} characters")
    return sign


def cid_widths(font: Any) -> dict[int, float]:
    """Return CID -> width of a CIDFont's /W array; what it does not name has the default width."""
    given = font.get("/W")
    parts = list(given) if isinstance(given, Array) else []
    widths: dict[int, float] = {}
    place = 0
    while place + 1 < len(parts):
        first, then = int(parts[place]), parts[place + 1]
        if isinstance(then, Array):
            widths |= {first + step: float(width) for step, width in enumerate(then)}
            place += 2
        elif place + 2 < len(parts):
            last = min(int(then), first + CODES_LIMIT)
            widths |= dict.fromkeys(range(first, last + 1), float(parts[place + 2]))
            place += 3
        else:
            break
    return widths
