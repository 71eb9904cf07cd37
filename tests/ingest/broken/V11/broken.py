"""Two languages with a comma between them."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().saying(Language="Tiếng Anh, Tiếng Pháp")
