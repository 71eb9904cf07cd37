"""A document whose parts of the file code make another."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(OrganId="000.00.05.H26", FileCatalog="2020", FileNotation="02.TH")
