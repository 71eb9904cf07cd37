"""The agency signed first."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, signed


def broken() -> ACase:
    return a_case("cao-bang").files(("a.pdf", signed("agency", "person")))
