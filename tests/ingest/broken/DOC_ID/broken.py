"""A number with a leading zero."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").document(DocCode="000.00.01.H01-2020.015")
