"""Puts PDFs behind each other as one, and compares the whole with its parts. Runs in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pikepdf

from ingest.formats.flavour import FLAVOUR
from ingest.formats.repair import finish

PARTS_LIMIT = 100


def join(paths: Sequence[Path], out: Path, *, flavour: str = FLAVOUR) -> dict[str, Any]:
    """Write one PDF/A with the pages of several, in their order.

    Raises:
        ValueError: there are none, or too many.
    """
    if not 0 < len(paths) <= PARTS_LIMIT:
        raise ValueError(f"{len(paths)} files cannot be joined")
    with ExitStack() as stack:
        parts = [stack.enter_context(pikepdf.open(path)) for path in paths]
        whole = stack.enter_context(pikepdf.new())
        for part in parts:
            whole.pages.extend(part.pages)
        for key in ("/Title", "/Author", "/Subject"):
            if key in parts[0].docinfo:
                whole.docinfo[key] = str(parts[0].docinfo[key])
        finish(whole, out, flavour)
        return {"pages": [len(part.pages) for part in parts]}
