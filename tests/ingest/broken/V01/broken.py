"""A PDF 1.3."""

from __future__ import annotations

import pdf_builders as make

from tests.samples.road import ACase, a_case, from_


def broken() -> ACase:
    return a_case().files(("a.pdf", from_(lambda path: make.born_digital(path, pages=1))))
