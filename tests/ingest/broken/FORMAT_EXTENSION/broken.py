"""A PDF under the name of a letter."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, signed


def broken() -> ACase:
    return a_case().files(("a.docx", signed()))
