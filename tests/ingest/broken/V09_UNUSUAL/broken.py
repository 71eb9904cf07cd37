"""A retention period nobody else writes."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(Maintenance="đến khi hết hiệu lực")
