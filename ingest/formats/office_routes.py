"""The routes of an office file: as LibreOffice printed it, and a workbook once more with its columns widened."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from archive.reason import because
from ingest.formats.derivative import PDFA_FAILED, Attempt, NoDerivativeError
from ingest.formats.errors import CannotOpenError
from ingest.formats.judge import Judgement
from ingest.formats.libreoffice import READ_AS, SHEETS, Printed
from ingest.formats.route_work import Candidate, Measuring, Work, copied, last, repaired
from ingest.formats.widen import WORKBOOK

# What LibreOffice declares by itself; of the others it makes level 1a or 2b, and the right one is declared after.
PRINTED = frozenset({"2b", "3b"})


def from_office(work: Work, printed: Printed) -> tuple[Judgement, Candidate]:
    """Return the accepted derivative of an office file that LibreOffice has printed. Errors as `routes.from_pdf`."""
    box, path = work.shop.sandbox, printed.path
    if path is None:
        reason = printed.reason or because("ingest.not-printed")
        work.attempts.append(Attempt("libreoffice", "failed", (reason,)))
        raise NoDerivativeError(PDFA_FAILED, reason)

    kind = work.source.facts.media_type
    original = (work.source.path, kind)
    if kind in READ_AS:
        saved = printed.read_as
        if saved is None or saved.path is None:
            reason = saved.reason if saved and saved.reason else because("ingest.office-nothing")
            work.attempts.append(Attempt("libreoffice", "failed", (reason,)))
            raise NoDerivativeError(PDFA_FAILED, reason)
        original = (saved.path, READ_AS[kind].media_type)

    def _measuring(candidate: Path, text: Path) -> Measuring:
        return lambda: box.ask(
            "measure_office", source=original[0], media_type=original[1], after=candidate, text=text
        )

    def _print(out: Path) -> tuple[str, ...]:
        return copied(path, out) if work.source.flavour in PRINTED else repaired(work, path, out, "")

    found, candidate = work.step("libreoffice", _print, _measuring)
    if found is not None and not found.accepted and not found.valid:
        found, candidate = work.step("repair", lambda out: repaired(work, path, out, ""), _measuring)
    if found is not None and found.valid and found.reasons and kind in SHEETS:
        found, candidate = work.step("libreoffice-wide", partial(_print_wide, work, original), _measuring)
    return last(work, found, candidate)


def _print_wide(work: Work, original: tuple[Path, str], out: Path) -> tuple[str, ...]:
    """Print a spreadsheet, given with its media type, again with columns that cut nothing off."""
    wide = work.folder / "wide.xlsx"
    source, media_type = original
    if media_type != WORKBOOK:
        saved = work.shop.office.as_workbook(source, media_type, work.folder)
        if saved.path is None:
            raise CannotOpenError(saved.reason or because("ingest.office-nothing"))
        source = saved.path
    work.shop.sandbox.ask("widen", path=source, out=wide)
    flavour = work.source.flavour
    printed = work.shop.office.print_all([("wide", wide, WORKBOOK)], work.folder, flavour=flavour)["wide"]
    if printed.path is None:
        raise CannotOpenError(printed.reason or because("ingest.not-printed"))
    copied(printed.path, out) if flavour in PRINTED else repaired(work, printed.path, out, "")
    return ("column widths and row heights: as large as their contents, so that no text is cut off",)
