"""A name with accents."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, signed

ALSO = ("PROFILE_DRAFT",)


def broken() -> ACase:
    return a_case("ninh-binh").files(("Báo cáo.pdf", signed()))
