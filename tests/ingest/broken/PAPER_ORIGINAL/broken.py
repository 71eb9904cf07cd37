"""A permanent case file without its paper original."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("cao-bang").saying(Maintenance="Vĩnh viễn")
