"""A case file of a province that was merged later."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").saying(FileCode="000.00.01.H33.2020.01TH", OrganId="000.00.01.H33")
