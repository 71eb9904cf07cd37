"""Three pages declared, one there."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(PageAmount="3").saying(PageNumber="4")
