"""Which files of a document are signatures beside another of its files: `a.docx.p7s` beside `a.docx`. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ingest.delivery import DeliveredFile

ENDINGS = (".p7s", ".p7m")


def pairs(files: Sequence[DeliveredFile]) -> list[tuple[DeliveredFile, DeliveredFile]]:
    """Return (signature file, the file it lies beside); a signature without its file is none of them.

    The signed file is named with its whole name before the ending (`a.docx.p7s`), or, when only one file has that name
    without its own ending, by it (`a.p7s`).
    """
    found = []
    for one in files:
        name = PurePosixPath(one.name).name.casefold()
        if not name.endswith(ENDINGS):
            continue
        stem = name[: -len(ENDINGS[0])]
        others = [other for other in files if other is not one and not _is_signature(other)]
        whole = [other for other in others if PurePosixPath(other.name).name.casefold() == stem]
        short = [other for other in others if PurePosixPath(other.name).stem.casefold() == stem]
        signed = whole or short
        if len(signed) == 1:
            found.append((one, signed[0]))
    return found


def _is_signature(file: DeliveredFile) -> bool:
    return file.name.casefold().endswith(ENDINGS)
