"""A replacement of a delivery nobody knows."""

from __future__ import annotations

from dataclasses import replace

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return replace(a_case(), status="REPLACEMENT")
