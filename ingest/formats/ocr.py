"""The words on a picture of a page, by Tesseract in the cage: as text and as an invisible PDF layer."""

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
    """

    text: str
    layer: Path


def recognise(
    picture: Path, dpi: float, stem: Path, *, limits: Limits, tesseract: str = "tesseract"
) -> Recognised:
    """Read one picture; writes `stem`.pdf and `stem`.txt.

    Raises:
        CannotOpenError: Tesseract refused the picture, or hung on it.
        ToolMissingError: Tesseract is not installed.
    """
    ran = run(
        [tesseract, str(picture), str(stem), "-l", LANGUAGES, "--dpi", str(round(dpi)),
         "-c", "textonly_pdf=1", "pdf", "txt"],
        limits,
    )  # fmt: skip
    layer, words = stem.with_suffix(".pdf"), stem.with_suffix(".txt")
    if ran.timed_out:
        raise CannotOpenError(because("ingest.tool-slow", tool="tesseract", seconds=f"{limits.seconds:g}"))
    if ran.code != 0 or not layer.is_file() or not words.is_file():
        raise CannotOpenError(tool_ended("tesseract", ran.code, ran.output))
    return Recognised(words.read_text("utf-8", "replace"), layer)
