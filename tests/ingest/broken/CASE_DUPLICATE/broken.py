"""A case file that is stored already."""

from __future__ import annotations

from breaking.shelf import stored

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().after(stored)
