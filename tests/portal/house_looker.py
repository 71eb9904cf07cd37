"""Who looks at the papers given with a step in the portal's tests."""

from __future__ import annotations

from pathlib import Path

from archive.paper_files.inspecting import Looked, PaperFileError
from archive.reason import because


class Looker:
    """Looks without the tools of the intake; `tests/services/test_dossier_filed.py` has them."""

    def look(self, path: Path, name: str) -> Looked:
        if not path.read_bytes().startswith(b"%PDF"):
            raise PaperFileError(because("ingest.paper-no-pdf", name=name))
        return Looked("fmt/276", 1, "scanner 1.0")

    def readable(self, path: Path, name: str, into: Path) -> None:
        return None
