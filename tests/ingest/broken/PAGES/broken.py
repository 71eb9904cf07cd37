"""Three pages declared where the receiver counts them."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").document(PageAmount="3").saying(PageNumber="4")
