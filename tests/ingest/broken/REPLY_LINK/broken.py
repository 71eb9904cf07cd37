"""A reply to nothing."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("an-giang").document(Subject="Về việc trả lời kiến nghị của cử tri")
