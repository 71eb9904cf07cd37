"""A period as a person types it: "Vĩnh viễn", or a number of years. Pure.

Messages from offices carry codes ("05" is twenty years there, `retention.period.CODES`); a person who types "05" means
five years or has copied a code, and nobody can tell which. So codes are not read here, and whoever types one is told
what to write instead.
"""

from __future__ import annotations

import re
import unicodedata

from archive.reason import Reason, because
from archive.vietnamese import fold
from retention.period import LONGEST_YEARS, PERMANENT, RetentionPeriod

_YEARS = re.compile(r"(\d+)( ?(?:năm|nam|years?)\.?)?", re.ASCII)


def typed_period(text: str) -> RetentionPeriod | Reason:
    """Return the period that somebody typed, or why it is none with what to write.

    "5", "5 năm" and "05 năm" are five years. Two signs or more with a zero in front and no "năm" are refused, because
    the code list of TT 05/2025/TT-BNV looks like that (our rule); so is every sign that belongs to no period.
    """
    typed = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if fold(typed.removesuffix(".")) in ("vinh vien", "permanent"):
        return PERMANENT
    match = _YEARS.fullmatch(typed)
    if match is None:
        return because("retention.no-period", text=text)
    number, unit = match.groups()
    if not unit and len(number) > 1 and number.startswith("0"):
        return because("retention.period-like-code", text=text)
    digits = number.lstrip("0")
    if not digits or len(digits) > len(str(LONGEST_YEARS)) or int(digits) > LONGEST_YEARS:
        return because("retention.period-out-of-range", text=text, most=LONGEST_YEARS)
    return RetentionPeriod(int(digits))
