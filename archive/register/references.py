"""Which documents a document names in its description, in the form they are looked up by. Pure.

Fields `ResponseFor` (văn bản được trả lời) and `RelatedDocuments` (văn bản liên quan) of the exchange's table: free
text, documents by their code or by number and notation, several apart by ";" or ",". What was typed otherwise is not
found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archive.vietnamese import plain

FIELDS = ("ResponseFor", "RelatedDocuments")
LONGEST = 200
MOST = 100
"""Documents one document names at most; what is more is not looked up (a description comes from outside)."""
_APART = re.compile(r"[;,\n]")
_NUMBER = re.compile(r"\Asố ")


def named_in(description: Mapping[str, Any]) -> frozenset[str]:
    """Return the documents a description names."""
    parts = (part for field in FIELDS for part in _APART.split(str(description.get(field, ""))))
    found = dict.fromkeys(key for part in parts if (key := as_named(part)) and len(key) <= LONGEST)
    return frozenset(list(found)[:MOST])


def names_of(code: str, number: str, notation: str) -> frozenset[str]:
    """Return what a document may be named by: its code, and its number and notation when it has both."""
    cited = f"{number}/{notation}" if number and notation else ""
    return frozenset(filter(None, (as_named(code), as_named(cited))))


def as_named(text: str) -> str:
    """Return a name in the form it is compared in: one case, single spaces, without "số" before it."""
    return _NUMBER.sub("", plain(text))
