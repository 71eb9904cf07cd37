"""The file that was chosen in a form beside a paper's number and date: kept for the dossier."""

from __future__ import annotations

from datetime import date

from archive.errors import NotAllowedError
from archive.paper_files import shelf
from archive.procedure.papers import Paper
from archive.procedure.states import GIVES_PAPERS
from archive.reason import because
from archive.register.session import reading
from portal.browser.screen import Screen
from retention.filing import given


def paper_given(screen: Screen, agency_code: str, day: date) -> Paper:
    """Return the paper a form tells of, its file on the shelf when one was chosen.

    Raises:
        NotAllowedError: a file was chosen by somebody who takes no step there.
        PaperFileError: the file is not taken; says why.
        TemporaryError: it could not be looked at now.
    """
    kept = kept_file(screen, agency_code)
    return Paper(
        screen.text("number", 200), day, kept.sha256 if kept else "", kept.about.name if kept else ""
    )


def kept_file(screen: Screen, agency_code: str) -> shelf.Waiting | None:
    """Return the file chosen in a form, on the shelf; None when none was. Raises as `paper_given`."""
    chosen = screen.files("file")
    if not chosen:
        return None
    if not any(screen.viewer.has(role, agency_code) for role in GIVES_PAPERS):
        raise NotAllowedError(because("archive.no-part", who=screen.viewer.name, agency=agency_code))
    name, stream = chosen[0]
    with reading() as session:
        return given.give(session, stream, name, by=screen.viewer.name, now=screen.now)  # type: ignore[arg-type]
