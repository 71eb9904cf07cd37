"""A notice of the bulletin board."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case("gia-lai-so-tttt").alone().document(TypeName="Thông báo", CodeNumber="", CodeNotation="")
