"""Two documents of one id."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(DocCode="000.00.05.H26-2020.16")
