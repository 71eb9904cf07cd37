"""A letter with a packed archive in it that nobody here opens."""

from __future__ import annotations

from pathlib import Path

import pdf_builders as make
import trap_builders as trap

from tests.samples.road import ACase, a_case, from_


def _letter(path: Path) -> None:
    trap.adding(make.letter(path), word__media__image1_DOT_png=b"7z\xbc\xaf\x27\x1c" + bytes(60))


def broken() -> ACase:
    return a_case().files(("a.docx", from_(_letter)))
