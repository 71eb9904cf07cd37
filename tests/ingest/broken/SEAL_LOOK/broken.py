"""A black seal."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, signed


def broken() -> ACase:
    return a_case("lang-son").files(("a.pdf", signed(inks=("blue", "black"))))
