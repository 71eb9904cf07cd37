"""The way from a case file back to the results it was opened from.

Threat: an address that sends people elsewhere. So no address travels, only the search's own parameters, packed
into one (`ve`); what comes back is taken apart, unknown names are dropped, and the address is made anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

NAME = "ve"
NAMES = frozenset({"q", "page", "from", "to", "sort", "kind", "agency", "year", "type", "access", "regime"})
"""The parameters of a search that its address keeps."""
LONGEST = 1500
LONGEST_VALUE = 300


def _kept(pairs: Mapping[str, Any]) -> str:
    kept = {
        name: str(value)[:LONGEST_VALUE]
        for name, value in sorted(pairs.items())
        if name in NAMES and isinstance(value, str | int) and value != ""
    }
    return urlencode(kept)


def packed(form: Mapping[str, Any]) -> str:
    """Return the parameter to add to a case file's address; "" when it would be too long."""
    query = urlencode({NAME: _kept(form)})
    return query if len(query) <= LONGEST else ""


def unpacked(packed_query: str) -> dict[str, str]:
    """Return a search's parameters out of one that was packed; none for anything that is no search."""
    try:
        pairs = dict(parse_qsl(packed_query[:LONGEST], max_num_fields=20))
    except ValueError:
        return {}
    return {name: value[:LONGEST_VALUE] for name, value in pairs.items() if name in NAMES}


def address(root: str, packed_query: str) -> str:
    """Return the address of the results; of the empty search for anything that is no search."""
    query = _kept(unpacked(packed_query))
    return f"{root}/tra-cuu?{query}" if query else f"{root}/tra-cuu"
