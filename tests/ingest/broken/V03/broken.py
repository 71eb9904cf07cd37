"""A scan of 150 dots an inch."""

from __future__ import annotations

from breaking import digitised, signed_scan

from tests.samples.road import ACase


def broken() -> ACase:
    return digitised(signed_scan(dpi=150))
