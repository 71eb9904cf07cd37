"""A document of the day after tomorrow."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(IssuedDate="04/03/2026")
