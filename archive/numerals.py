"""Whole numbers in Vietnamese words, as the foot of an inventory asks for ("bằng chữ")."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
GROUPS = ("", "nghìn", "triệu", "tỷ")
LIMIT = 10 ** (3 * len(GROUPS))


def in_words(number: int) -> str:
    """Return a number from 0 to 999,999,999,999 in words: 21 -> "hai mươi mốt".

    Raises:
        ValueError: outside that range.
    """
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} is not between 0 and {LIMIT - 1}")
    if number == 0:
        return DIGITS[0]
    words: list[str] = []
    for position in reversed(range(len(GROUPS))):
        group = number // 1000**position % 1000
        if group:
            words.append(_group(group, full=bool(words)))
            words.append(GROUPS[position])
    return " ".join(word for word in words if word)


def _group(number: int, *, full: bool) -> str:
    """Return 1 to 999 in words; `full` says the hundreds even when there are none ("không trăm linh năm")."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words: list[str] = []
    if hundreds or full:
        words += [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if ones and words:
            words.append("linh")
    elif tens == 1:
        words.append("mười")
    else:
        words += [DIGITS[tens], "mươi"]
    if ones:
        words.append(_ones(tens, ones))
    return " ".join(words)


def _ones(tens: int, ones: int) -> str:
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 5 and tens > 0:
        return "lăm"
    return DIGITS[ones]
