"""A scan of the new regime without a text layer and without PDF/A."""

from __future__ import annotations

from breaking import digitised, signed_scan

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return digitised(signed_scan(), case=a_case().by_circular_05().ended("30/09/2025"))
