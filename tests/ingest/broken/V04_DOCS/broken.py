"""Three documents declared, two there."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(TotalDoc="3")
