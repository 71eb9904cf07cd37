"""A born-digital document that does not say how it was processed."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().by_circular_05().document(Process="")
