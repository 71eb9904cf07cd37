"""It begins after it ends."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(StartDate="01/01/2021")
