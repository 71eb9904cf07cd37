"""One file on its way to a PDF/A: where its candidates lie, what was tried, and what came of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.reason import Reason, because
from ingest.formats.derivative import PDFA_FAILED, Attempt, NoDerivativeError, RecognisedPage, Source
from ingest.formats.errors import CannotOpenError
from ingest.formats.judge import Judgement, judge
from ingest.formats.workshop import Workshop

Measuring = Callable[[], Mapping[str, Any]]


@dataclass
class Work:
    """One file on its way: where it may write, and what was tried. The only thing here that changes.

    Attributes:
        folder: private to this file, removed afterwards.
        recognised: route -> what OCR said of its pages.
    """

    shop: Workshop
    source: Source
    folder: Path
    attempts: list[Attempt] = field(default_factory=list)
    recognised: dict[str, list[RecognisedPage]] = field(default_factory=dict)

    def step(
        self,
        route: str,
        make: Callable[[Path], tuple[str, ...]],
        measuring: Callable[[Path, Path], Measuring],
    ) -> tuple[Judgement | None, Candidate]:
        """Make a candidate and judge it; the attempt is recorded whatever comes of it."""
        began = time.monotonic()
        candidate = Candidate(self.folder / f"{route}.pdf", self.folder / f"{route}.txt", route)
        try:
            removals = make(candidate.path)
        except CannotOpenError as error:
            self._record(route, "failed", (error.reason,), (), began)
            return None, candidate
        measured = measuring(candidate.path, candidate.text)
        found = judge(self.shop, candidate.path, measured, flavour=self.source.flavour)
        self._record(route, "accepted" if found.accepted else "refused", found.reasons, removals, began)
        return found, candidate

    def _record(
        self, route: str, outcome: str, reasons: tuple[Reason, ...], removals: tuple[str, ...], began: float
    ) -> None:
        seconds = round(time.monotonic() - began, 3)
        self.attempts.append(Attempt(route, outcome, reasons, removals, seconds))

    def against_source(self, candidate: Path, text: Path) -> Measuring:
        """Return the comparison of a candidate with the source PDF."""
        return lambda: self.shop.sandbox.ask("measure", before=self.source.path, after=candidate, text=text)


@dataclass(frozen=True)
class Candidate:
    """A file that may become the derivative, and its words."""

    path: Path
    text: Path
    route: str


def last(work: Work, found: Judgement | None, candidate: Candidate) -> tuple[Judgement, Candidate]:
    """Return what was accepted.

    Raises:
        NoDerivativeError: nothing was.
    """
    if found is not None and found.accepted:
        return found, candidate
    tried = [because("ingest.tried", route=one.route, why=one.reasons[:3]) for one in work.attempts]
    reason = because("ingest.all-tried", tried=tried) if tried else because("ingest.nothing-tried")
    raise NoDerivativeError(PDFA_FAILED, reason)


def copied(path: Path, out: Path) -> tuple[str, ...]:
    """Copy a file as it is; nothing is taken out."""
    shutil.copyfile(path, out)
    return ()


def repaired(work: Work, path: Path, out: Path, statement: str) -> tuple[str, ...]:
    """Mend structure and metadata of a PDF; return what was taken out.

    Args:
        statement: a sentence for its metadata.

    Raises:
        CannotOpenError: it cannot be mended.
    """
    flavour = work.source.flavour
    answer = work.shop.sandbox.ask("repair", path=path, out=out, statement=statement, flavour=flavour)
    return tuple(answer["removals"])
