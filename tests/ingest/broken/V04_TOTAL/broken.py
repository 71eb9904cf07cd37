"""The pages of the case file are not those of its documents."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(PageNumber="5")
