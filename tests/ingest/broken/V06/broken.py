"""A scan whose signature stands at the foot of the page."""

from __future__ import annotations

from breaking import digitised, signed_scan

from tests.samples.road import ACase


def broken() -> ACase:
    return digitised(signed_scan(boxes=((40, 40, 220, 70),)))
