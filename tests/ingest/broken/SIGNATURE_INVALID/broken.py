"""A document changed after it was signed."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, changed_after_signing


def broken() -> ACase:
    return a_case().files(("a.pdf", changed_after_signing))
