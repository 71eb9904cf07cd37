"""An abstract that says nothing."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("gia-lai-so-tttt").document(Subject="V/v Mời họp")
