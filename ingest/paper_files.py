"""Look at the file of a paper that somebody gives for a dossier: virus, kind, what is active in it; and its PDF/A."""

from __future__ import annotations

from pathlib import Path

from archive.hashing import sha256_of_file
from archive.paper_files.inspecting import Looked, PaperFileError, Readable
from archive.reason import because
from ingest import virus
from ingest.delivery import DeliveredFile, FileFacts
from ingest.formats.convert import Source, normalise
from ingest.formats.derivative import Derivative
from ingest.formats.flavour import TARGETS
from ingest.formats.identify import PDF
from ingest.formats.inspect import inspect
from ingest.signatures.told import told_of


class PaperInspector:
    """The intake's tools, for one file."""

    def look(self, path: Path, name: str) -> Looked:
        """Return what can be told of a file that may be kept. Raises as `archive.paper_files.inspecting` says."""
        seen = virus.scan(path)
        if not seen.clean and seen.told:
            raise PaperFileError(because("ingest.paper-infected", name=name, what=seen.signature))
        if not seen.clean:
            raise PaperFileError(because("ingest.paper-not-scanned", name=name, what=seen.signature))
        facts = _facts(path, name)
        if facts.problem or facts.encrypted:
            raise PaperFileError(because("ingest.paper-not-readable", name=name))
        if facts.media_type != PDF:
            raise PaperFileError(because("ingest.paper-no-pdf", name=name))
        if facts.active_content or facts.programs or facts.macros:
            raise PaperFileError(because("ingest.paper-active", name=name))
        signatures = tuple(told_of(one) for one in facts.signatures)
        return Looked(facts.puid, facts.pages or 0, virus.engine_of(seen.engine).told, signatures)

    def readable(self, path: Path, name: str, into: Path) -> Readable | None:
        """Return the PDF/A of a file, None when none can be made of it."""
        facts = _facts(path, name)
        (made,) = normalise([Source(facts.sha256, path, facts)], into)
        if not isinstance(made, Derivative):
            return None
        told = {"route": made.route, "tools": dict(made.tools), "verapdf": dict(made.verdict)}
        return Readable(made.path, TARGETS[made.flavour].puid, made.text_path, made.pages, told)


def _facts(path: Path, name: str) -> FileFacts:
    return inspect(DeliveredFile(name, path, path.stat().st_size, sha256_of_file(path)))
