"""A PDF whose end never arrived."""

from __future__ import annotations

from breaking import cut

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().files(("a.pdf", cut(lambda data: data[: len(data) * 2 // 3])))
