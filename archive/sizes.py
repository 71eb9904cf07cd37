"""Sizes and counts as people read them; the only place that turns bytes into words.

A kilobyte is 1024 bytes here, as the offices' own machines show it and as the provinces' regulations are read ("50 MB"
of Ninh Bình is 52.428.800 bytes in its profile): a limit and a file held against it are told in the same measure.
"""

from __future__ import annotations

from typing import Literal

STEP = 1024
UNITS = ("KB", "MB", "GB", "TB")


def size(count: int, lang: Literal["vi", "en"] = "vi") -> str:
    """Return a number of bytes as "12,5 MB" (vi) or "12.5 MB" (en); below 1 KB in bytes.

    A whole number of units has no decimals; any other is rounded to one decimal, from 100 units on to none.
    """
    if count < STEP:
        return f"{count} byte" if lang == "vi" or count == 1 else f"{count} bytes"
    amount, unit = float(count), ""
    for unit in UNITS:  # noqa: B007 - the unit it stopped at is wanted
        amount /= STEP
        if amount < STEP:
            break
    digits = 0 if amount.is_integer() or amount >= 100 else 1
    text = f"{amount:.{digits}f}"
    return f"{text.replace('.', ',') if lang == 'vi' else text} {unit}"


def number(count: int, lang: Literal["vi", "en"] = "vi") -> str:
    """Return a whole number with the language's thousands mark: "52.428.800" (vi), "52,428,800" (en)."""
    return f"{count:,}".replace(",", "." if lang == "vi" else ",")
