"""The words on a picture of a page, by Tesseract in the cage: as text, as an invisible layer, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.reason import because
from ingest.formats.cage import Limits, run
from ingest.formats.errors import CannotOpenError, tool_ended

LANGUAGES = "vie+eng"


@dataclass(frozen=True)
class Recognised:
    """One page's words.

    Attributes:
        layer: one-page PDF with the words only, invisible, of the picture's size.
        words: how many it found.
        confidence: mean over these words, 0 to 100, as Tesseract says it; None when it found none.
    """

    text: str
    layer: Path
    words: int = 0
    confidence: float | None = None


def recognise(
    picture: Path, dpi: float, stem: Path, *, limits: Limits, tesseract: str = "tesseract"
) -> Recognised:
    """Read one picture; writes `stem`.pdf, `stem`.txt and `stem`.tsv.

    Raises:
        CannotOpenError: Tesseract refused the picture, or hung on it.
        ToolMissingError: Tesseract is not installed.
    """
    ran = run(
        [tesseract, str(picture), str(stem), "-l", LANGUAGES, "--dpi", str(round(dpi)),
         "-c", "textonly_pdf=1", "pdf", "txt", "tsv"],
        limits,
    )  # fmt: skip
    layer, words, sure = (stem.with_suffix(ending) for ending in (".pdf", ".txt", ".tsv"))
    if ran.timed_out:
        raise CannotOpenError(because("ingest.tool-slow", tool="tesseract", seconds=f"{limits.seconds:g}"))
    if ran.code != 0 or not all(one.is_file() for one in (layer, words, sure)):
        raise CannotOpenError(tool_ended("tesseract", ran.code, ran.output))
    marks = confidences(sure.read_text("utf-8", "replace"))
    mean = round(sum(marks) / len(marks), 1) if marks else None
    return Recognised(words.read_text("utf-8", "replace"), layer, len(marks), mean)


def confidences(table: str) -> list[float]:
    """Return Tesseract's confidence in each word of its table, 0 to 100; lines that are no word have none."""
    found = []
    for line in table.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[11].strip():
            try:
                mark = float(cells[10])
            except ValueError:
                continue
            if mark >= 0:
                found.append(mark)
    return found
