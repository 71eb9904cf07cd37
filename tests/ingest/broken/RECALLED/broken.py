"""A recalled document."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("lang-son").document(Status="Thu hồi")
