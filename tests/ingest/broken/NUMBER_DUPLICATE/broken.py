"""Two documents of one number."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("lang-son").document(CodeNumber="16")
