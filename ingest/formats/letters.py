"""Which free typeface stands for a common one with the same widths, and where its file is. Runs in the sandbox.

Liberation 2 has the widths of Arial, Times New Roman and Courier New (and so of Helvetica, Times, Courier), Carlito
those of Calibri; both have all Vietnamese letters. Symbol and Zapf Dingbats have URW's, which come with Ghostscript.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
SUBSET = re.compile(r"[A-Z]{6}\+")

SANS, SERIF, MONO, CARLITO = "LiberationSans", "LiberationSerif", "LiberationMono", "Carlito"
FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "helvetica": SANS,
        "arial": SANS,
        "arialmt": SANS,
        "arialunicodems": SANS,
        "liberationsans": SANS,
        "nimbussans": SANS,
        "times": SERIF,
        "timesroman": SERIF,
        "timesnewroman": SERIF,
        "timesnewromanps": SERIF,
        "timesnewromanpsmt": SERIF,
        "liberationserif": SERIF,
        "nimbusroman": SERIF,
        "courier": MONO,
        "couriernew": MONO,
        "couriernewps": MONO,
        "couriernewpsmt": MONO,
        "liberationmono": MONO,
        "calibri": CARLITO,
        "carlito": CARLITO,
    }
)
SIGNS: Mapping[str, str] = MappingProxyType({"symbol": "StandardSymbolsPS", "zapfdingbats": "D050000L"})
_STYLES = re.compile(r"(bold|italic|oblique|regular|roman|mt|ps|normal)")


def stands_for(name: str) -> str | None:
    """Return the file name, without ending, of the face that has the widths of the font so named; None: we know none.

    Args:
        name: a PDF's base font: `ABCDEF+TimesNewRomanPS-BoldMT`, `Arial,Bold`, `Helvetica-Oblique`.
    """
    plain = SUBSET.sub("", name.lstrip("/")).replace(" ", "").lower()
    family, _, style = re.sub(r"[,-]", "-", plain).partition("-")
    if family in SIGNS and not style:
        return SIGNS[family]
    if family not in FAMILIES:  # "arialbold", "timesnewromanbolditalic"
        family, style = _STYLES.sub("", family), style + "".join(_STYLES.findall(family))
    face = FAMILIES.get(family)
    if face is None or _STYLES.sub("", style):  # a style we do not know: Narrow, Black, Light
        return None
    bold, slanted = "bold" in style, "italic" in style or "oblique" in style
    return f"{face}-{'Bold' * bold}{'Italic' * slanted or ('' if bold else 'Regular')}"


@cache
def file_of(face: str) -> Path | None:
    """Return where the face's file is on this machine; None when it is not installed."""
    for folder in FOLDERS:
        for ending in ("ttf", "t1"):
            for path in sorted(folder.rglob(f"{face}.{ending}")):
                return path
    return None
