"""Everything is on paper there, and nobody says where."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("gia-lai-so-tttt").saying(PaperFileCode="")
