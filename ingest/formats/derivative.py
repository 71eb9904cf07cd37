"""What comes out of normalising: a derivative or a failure, each with every attempt that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.reason import Reason
from ingest.delivery import FileFacts
from ingest.formats.flavour import FLAVOUR

UNREADABLE = "FORMAT_UNREADABLE"
ENCRYPTED = "FORMAT_ENCRYPTED"
UNSUPPORTED = "FORMAT_UNSUPPORTED"
PDFA_FAILED = "PDFA_FAILED"


@dataclass(frozen=True)
class Source:
    """A file to be normalised; it is only read.

    Attributes:
        id: names the derivative's files; letters, digits, `.`, `_`, `-`.
        facts: as `ingest.formats.inspect` found them.
        flavour: of PDF/A that is wanted, a key of `flavour.TARGETS`.
    """

    id: str
    path: Path
    facts: FileFacts
    flavour: str = FLAVOUR


@dataclass(frozen=True)
class Attempt:
    """One route that was tried.

    Attributes:
        route: `kept`, `repair`, `embed`, `ghostscript`, `raster`, `libreoffice`, `libreoffice-wide`,
            `picture`, `text-layer`, `page`, `page-plain`, `mail`, `mail-plain`.
        outcome: `accepted`, `refused` (veraPDF or the gate said no) or `failed` (the tool did).
        reasons: why not accepted.
        removals: what the derivative lacks that the source had.
    """

    route: str
    outcome: str
    reasons: tuple[Reason, ...] = ()
    removals: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class RecognisedPage:
    """What OCR found on one page.

    Attributes:
        page: its number, from 1.
        confidence: mean over its words, 0 to 100; None when it has none.
    """

    page: int
    words: int
    confidence: float | None


@dataclass(frozen=True)
class Derivative:
    """A PDF/A that veraPDF and the fidelity gate both accepted.

    Attributes:
        text_path: its words, UTF-8, a form feed after each page.
        route: of the attempt accepted; `raster` and `picture` are image derivatives.
        tools: name -> version of the tools that made and judged it.
        verdict: what was measured, JSON values.
        flavour: of PDF/A, as veraPDF judged it.
        recognised: pages with words by OCR; the others have their source's own.
        pages: of the document; a verification page behind them is not counted.
        verification_page: number of the page that tells of the source's signatures; 0 when there is none.
        network_open: the programs that made it could have reached the network (`cage.network_cut`).
    """

    id: str
    path: Path
    text_path: Path
    sha256: str
    size: int
    pages: int
    route: str
    attempts: tuple[Attempt, ...]
    tools: Mapping[str, str]
    verdict: Mapping[str, Any] = field(default_factory=dict)
    flavour: str = FLAVOUR
    recognised: tuple[RecognisedPage, ...] = ()
    verification_page: int = 0
    network_open: bool = False

    @property
    def image_only(self) -> bool:
        """Say whether the pages are pictures, with words by OCR."""
        return self.route in ("raster", "picture")

    @property
    def confidence(self) -> float | None:
        """Return OCR's mean confidence over all words it found, 0 to 100; None when it found none."""
        counted = [(page.words, page.confidence) for page in self.recognised if page.confidence is not None]
        words = sum(number for number, _ in counted)
        return round(sum(number * sure for number, sure in counted) / words, 1) if words else None


def has_own_words(made: Derivative) -> bool:
    """Say whether the text beside a derivative is its source's own although its pages are pictures (`measure.py`)."""
    return made.route == "raster" and "words_found" in made.verdict


@dataclass(frozen=True)
class Failure:
    """A file of which no derivative was accepted.

    Attributes:
        code: finding code (`ingest/checks/catalogue/formats.toml`).
        reason: why.
    """

    id: str
    code: str
    reason: Reason
    attempts: tuple[Attempt, ...] = ()


class NoDerivativeError(Exception):
    """Ends the routes of one file; becomes its `Failure`. Never leaves `ingest.formats`."""

    def __init__(self, code: str, reason: Reason) -> None:
        super().__init__(str(reason))
        self.code = code
        self.reason = reason
