"""Who looks at the file of a paper. Found by entry point, so that the vault imports neither scanner nor converter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from archive.errors import ArchiveError
from archive.reason import because

GROUP = "tangthu.paper_inspectors"


class PaperFileError(ArchiveError):
    """The file of a paper is not taken; the reason says why. Nothing of it is kept."""


@dataclass(frozen=True)
class Looked:
    """What was learnt of a file when it was given.

    Attributes:
        scanner: name and version of the virus scanner and its signatures.
        signatures: what each signature in it is worth, as components of packages tell it.
    """

    puid: str
    pages: int
    scanner: str
    signatures: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Readable:
    """The PDF/A made of a file, and its words.

    Attributes:
        facts: tools, route and verdict, as the intake keeps them.
    """

    pdfa: Path
    puid: str
    text: Path
    pages: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class Inspector(Protocol):
    """Looks at files of papers; the file is hostile."""

    def look(self, path: Path, name: str) -> Looked:
        """Return what can be told of a file that may be kept.

        Raises:
            PaperFileError: it may not be kept; says why.
            TemporaryError: a tool is not there; nothing is taken meanwhile.
        """
        ...

    def readable(self, path: Path, name: str, into: Path) -> Readable | None:
        """Return the PDF/A of a file that was looked at; None when none can be made.

        Raises:
            TemporaryError: a tool is not there.
        """
        ...


def inspector() -> Inspector:
    """Return the one that is installed.

    Raises:
        PaperFileError: none is, or more than one.
    """
    found = list(entry_points(group=GROUP))
    if len(found) != 1:
        raise PaperFileError(because("archive.no-paper-inspector", number=len(found)))
    make = found[0].load()
    one: Inspector = make()
    return one
