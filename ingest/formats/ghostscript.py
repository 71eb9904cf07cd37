"""PDF/A by Ghostscript: the way for fonts that are not embedded, and never trusted by itself.

Debian 12's Ghostscript 10.0.0 has been seen to write valid PDF/A whose Vietnamese accents were gone, and blank
pages with exit 0 for input it could not read. `-dPDFSTOPONERROR` makes the latter an error; for the former there is
the fidelity gate.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from archive.reason import because
from ingest.formats.cage import Limits, run
from ingest.formats.errors import CannotOpenError, tool_ended
from ingest.formats.flavour import FLAVOUR, TARGETS

DEFINITION = Path(__file__).with_name("pdfa_def.ps")


def srgb() -> Path:
    """Return the sRGB profile that pikepdf carries."""
    return Path(str(files("pikepdf.pdfa").joinpath("data/sRGB.icc")))


def convert(source: Path, out: Path, *, limits: Limits, gs: str = "gs", flavour: str = FLAVOUR) -> None:
    """Write what Ghostscript makes of a PDF; it still needs mending, veraPDF and the gate.

    Raises:
        CannotOpenError: Ghostscript refused the file or hung on it.
        ToolMissingError: Ghostscript is not installed.
    """
    profile, target = srgb(), TARGETS[flavour]
    ran = run(
        [gs, "-q", "-dSAFER", f"-dPDFA={target.part}", "-dBATCH", "-dNOPAUSE", "-dPDFSTOPONERROR",
         "-dPDFACompatibilityPolicy=1", "-sDEVICE=pdfwrite", f"-dCompatibilityLevel={target.version}",
         "-sColorConversionStrategy=RGB", "-sProcessColorModel=DeviceRGB", "-dAutoRotatePages=/None",
         "-dEmbedAllFonts=true", "-dSubsetFonts=true", "-dDownsampleColorImages=false",
         "-dDownsampleGrayImages=false", "-dDownsampleMonoImages=false", "-dPassThroughJPEGImages=true",
         f"--permit-file-read={profile}", f"-sOutputFile={out}",
         "-c", f"/ICCProfile ({profile}) def", "-f", str(DEFINITION), str(source)],
        limits,
    )  # fmt: skip
    if ran.timed_out:
        raise CannotOpenError(because("ingest.tool-slow", tool="Ghostscript", seconds=f"{limits.seconds:g}"))
    if ran.code != 0 or not out.is_file():
        raise CannotOpenError(tool_ended("Ghostscript", ran.code, ran.output))
