"""A case file of the new law in the old tables."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().ended("30/09/2025")
