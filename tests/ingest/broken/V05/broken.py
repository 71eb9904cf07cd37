"""A scan signed by a person only."""

from __future__ import annotations

from breaking import digitised, scanned

from tests.samples.road import ACase, signed


def broken() -> ACase:
    return digitised(signed("person", over=scanned(), key="scan"))
