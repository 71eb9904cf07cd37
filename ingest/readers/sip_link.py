"""Which data files of a SIP belong to which document description.

The digest of TT 05/2025 that we read does not say how; our reading (DERIVED), strongest first: what a METS says
(structural map, or DMDID of the file), the only description of a representation, the name of the description, the
same count in name order.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from ingest.readers.sip_mets import Mets


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts `doc_2` before `doc_10`."""
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.findall(r"\d+|\D+", name))


def link(
    members: Sequence[str], descriptions: Sequence[str], all_mets: Sequence[Mets]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the data files of each description, in order, and the files that belong to none."""
    linked: dict[str, list[str]] = {name: [] for name in descriptions}
    data = sorted((n for n in members if re.match(r"representations/[^/]+/data/", n, re.I)), key=natural)
    free = dict.fromkeys(data)
    _by_mets(linked, free, all_mets)
    for representation in sorted({_representation(path) for path in free}):
        loose = [path for path in free if _representation(path) == representation]
        here = [name for name in descriptions if _representation(name) == representation]
        empty = [name for name in here if not linked[name]]
        for name, path in _pairs(empty, loose, alone=len(here) == 1):
            linked[name].append(path)
            del free[path]
    return linked, list(free)


def _representation(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0].casefold() == "representations" else ""


def _by_mets(linked: dict[str, list[str]], free: dict[str, None], all_mets: Sequence[Mets]) -> None:
    folded = {name.casefold(): name for name in linked}
    for mets in all_mets:
        for name, paths in mets.groups.items():
            found = folded.get(name.casefold())
            for path in paths:
                if found is not None and path in free:
                    linked[found].append(path)
                    del free[path]


def _pairs(descriptions: Sequence[str], files: Sequence[str], *, alone: bool) -> list[tuple[str, str]]:
    if alone and descriptions:
        return [(descriptions[0], path) for path in files]
    pairs = _by_name(descriptions, files)
    if not pairs and len(descriptions) == len(files):
        return list(zip(descriptions, files, strict=True))
    return pairs


def _by_name(descriptions: Sequence[str], files: Sequence[str]) -> list[tuple[str, str]]:
    """Pair `EAD_doc_X.xml` with the files named `X`, `X.pdf`, `X-phu luc.docx`; the longest name wins."""
    keys = {
        re.sub(r"^ead_(doc|pic|media)_?|\.xml$", "", posixpath.basename(n).casefold()): n
        for n in descriptions
    }
    pairs = []
    for path in files:
        stem = posixpath.basename(path).casefold()
        fits = [key for key in keys if key and re.match(re.escape(key) + r"(?![0-9a-z])", stem)]
        if fits:
            pairs.append((keys[max(fits, key=len)], path))
    return pairs
