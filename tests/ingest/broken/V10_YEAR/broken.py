"""A year of two digits."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(FileCatalog="20", FileCode="000.00.05.H26.20.01.TH")
