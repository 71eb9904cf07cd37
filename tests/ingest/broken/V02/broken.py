"""A grey scan."""

from __future__ import annotations

from breaking import digitised, signed_scan

from tests.samples.road import ACase


def broken() -> ACase:
    return digitised(signed_scan("L"))
