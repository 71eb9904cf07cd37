"""Says what CMYK colours of a PDF mean, where the file does not. Runs in the sandbox."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

PROFILES = (  # Debian's Ghostscript brings one; a general press profile, no colour is converted by us
    Path("/usr/share/color/icc/ghostscript/default_cmyk.icc"),
    Path("/usr/share/color/icc/ghostscript/ps_cmyk.icc"),
)


@cache
def cmyk_profile() -> Path | None:
    """Return a general CMYK profile of this machine; None when there is none."""
    return next((path for path in PROFILES if path.is_file()), None)


def give_cmyk_a_meaning(pdf: pikepdf.Pdf, profile: Path) -> int:
    """Put a /DefaultCMYK into every resource dictionary (ISO 19005-2, 6.2.4.3); return into how many.

    The numbers in the page stay; readers take them by this profile instead of one of their own.
    """
    stream = pdf.make_stream(profile.read_bytes(), N=4, Alternate=Name.DeviceCMYK)
    space = pdf.make_indirect(Array([Name.ICCBased, stream]))
    count = 0
    for holder in (*(page.obj for page in pdf.pages), *pdf.objects):
        if not isinstance(holder, Dictionary | pikepdf.Stream):
            continue
        resources = holder.get("/Resources")
        if resources is None and _draws(holder):
            resources = holder["/Resources"] = Dictionary()
        if isinstance(resources, Dictionary):
            count += _given(resources, space)
    return count


def _draws(holder: Any) -> bool:
    return isinstance(holder, pikepdf.Stream) and holder.get("/Subtype") == Name.Form


def _given(resources: Any, space: Any) -> bool:
    spaces = resources.get("/ColorSpace")
    if not isinstance(spaces, Dictionary):
        spaces = resources["/ColorSpace"] = Dictionary()
    if "/DefaultCMYK" in spaces:
        return False
    spaces["/DefaultCMYK"] = space
    return True
