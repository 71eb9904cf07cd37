"""Letters before the number."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").saying(FileCode="000.00.01.H01.2020.TH01", FileNotation="TH01")
