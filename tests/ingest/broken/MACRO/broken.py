"""A letter with a macro."""

from __future__ import annotations

from pathlib import Path

import pdf_builders as make
import trap_builders as trap

from tests.samples.road import ACase, a_case, from_


def _letter(path: Path) -> None:
    trap.adding(make.letter(path), word__vbaProject_DOT_bin=b"macro")


def broken() -> ACase:
    return a_case().files(("a.docx", from_(_letter)))
