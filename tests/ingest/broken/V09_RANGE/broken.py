"""A document older than the case file."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(IssuedDate="31/12/2019")
