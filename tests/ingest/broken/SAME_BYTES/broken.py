"""One file sent as two documents."""

from __future__ import annotations

from dataclasses import replace

from breaking import of_first

from tests.samples.road import ACase, Doc, a_case


def _same() -> Doc:
    case = a_case()
    return replace(case.documents[1], files=(("b.pdf", of_first(case)),))


def broken() -> ACase:
    return replace(a_case(), documents=(a_case().documents[0], _same()))
