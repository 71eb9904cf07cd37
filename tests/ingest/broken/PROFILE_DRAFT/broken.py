"""A good case file of a province whose regulation is a draft."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("ninh-binh")
