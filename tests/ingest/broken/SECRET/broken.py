"""A level of secrecy under a regulation that refuses it."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("lang-son").document(Mode="Tối mật")
