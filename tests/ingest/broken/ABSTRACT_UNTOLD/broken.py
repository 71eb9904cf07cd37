"""A signed paper without a text layer."""

from __future__ import annotations

from breaking import scanned

from tests.samples.road import ACase, a_case, signed


def broken() -> ACase:
    return a_case("cao-bang").files(("a.pdf", signed(over=scanned(), key="scan")))
