"""Signed by a person, not by the agency."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, signed


def broken() -> ACase:
    return a_case("an-giang").files(("a.pdf", signed("person")))
