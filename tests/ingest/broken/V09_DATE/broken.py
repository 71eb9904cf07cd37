"""A day the calendar has not."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(StartDate="31/02/2020")
