"""A flag in words."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().by_circular_05().document(Process="có")
