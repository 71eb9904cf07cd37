"""A PDF whose table of objects points nowhere."""

from __future__ import annotations

from breaking import cut

from tests.samples.road import ACase, a_case


def _lost(data: bytes) -> bytes:
    return data.rpartition(b"startxref")[0] + b"startxref\n7\n%%EOF\n"


def broken() -> ACase:
    return a_case().files(("a.pdf", cut(_lost)))
