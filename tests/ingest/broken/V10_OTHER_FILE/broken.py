"""A document of another case file."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(FileCode="000.00.05.H26.2020.02.TH")
