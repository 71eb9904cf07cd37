"""The first document says it is the third."""

from __future__ import annotations

from tests.samples.road import ACase, a_case


def broken() -> ACase:
    return a_case().document(DocOrdinal="3")
