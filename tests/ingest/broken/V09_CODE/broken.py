"""A type that is on no list."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().by_circular_05().document(TypeName="99")
