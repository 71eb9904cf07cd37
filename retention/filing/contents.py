"""What goes into a dossier: every paper of the destruction, and the ledger's word. Made once, then only read.

Of what was destroyed it holds what the law keeps (the list's columns, hashes) and no more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from archive import note
from archive.errors import DamagedError
from archive.ledger.seal import seal
from archive.paper_files import shelf
from archive.paper_files.inspecting import PaperFileError, inspector
from archive.pdfa.parts import render_parts
from archive.pdfa.print import judged
from archive.pdfa.words import words_of
from archive.procedure.story import Story
from archive.reason import because
from archive.register.session import reading, transaction
from retention.filing import record
from retention.filing.desk import Desk, Kept
from retention.filing.given import given_with
from retention.papers.making import make
from retention.papers.papers import FLAVOUR, Print, made
from retention.procedure.taking import story

PDF, PDFA_3B, JSON, TEXT = "application/pdf", "fmt/480", "fmt/817", "x-fmt/111"
NOTE = "papers.json"
PLAIN = "text/plain; charset=utf-8"
TYPES = ("Biên bản", "Quyết định", "Tờ trình", "Công văn", "Báo cáo")
_ROUTE: Mapping[str, Any] = {"route": "made"}


def type_of(title: str) -> str:
    """Return the type of a document by how its title begins; "Khác" for any other."""
    return next((name for name in TYPES if title.startswith(name)), "Khác")


@dataclass(frozen=True)
class Paper:
    """One document of the dossier.

    Attributes:
        kind: what it is, in the words of `retention.papers`, "ledger", or the id of the step a file was given with.
        type_name: as the table of document types calls it.
        number: with its notation, "" when it has none.
        pdfa: None where nothing is made of the original on purpose.
        text: its words, None where it has none.
        facts: of the PDF/A: tools and verdicts.
        looked: of an original that was given: its scanner, its signatures.
    """

    kind: str
    title: str
    type_name: str
    number: str
    day: date | None
    pages: int
    original: Kept
    pdfa: Kept | None
    text: Kept | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    looked: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """Everything that is in the dossier, in its order."""

    papers: tuple[Paper, ...]


def gathered(desk: Desk, order_id: str, *, now: datetime, printer: Print | None = None) -> Contents:
    """Return what goes into the dossier; made and written down to the desk when it is not there already.

    Args:
        desk: of the list.
        order_id: of a destruction that is done.
        now: aware time.
        printer: prints a look at the papers instead of having them made, sealed and kept; for tests.

    Raises:
        LedgerError: an event cannot be proven.
        PaperFileError: a file that was given with a paper is not on the shelf any more.
        DamagedError: its bytes are not those that were given.
        NotPdfaError: a page did not become PDF/A.
        TemporaryError: the disk, or veraPDF, is not there now.
    """
    found = note.read(desk.folder / NOTE, Contents)
    if found is not None:
        return found
    with reading() as session:
        _have_files(story(session, order_id))
    if printer is None:
        make(order_id, now=now)
    with transaction() as session:
        seal(session, now=now)  # what is not sealed cannot be proven
    with reading() as session:
        told = story(session, order_id)
        papers = _made(desk, session, told, printer)
    papers += _given(desk, told)
    with reading() as session:
        papers.append(_ledger(desk, session, told, printer))
    contents = Contents(tuple(papers))
    note.write(desk.folder / NOTE, contents)
    return contents


def _have_files(told: Story) -> None:
    """Pass when every file that was given with a paper is on the shelf, before anything is printed."""
    for one in given_with(told):
        if one.paper.file and shelf.find(one.paper.sha256) is None:
            raise PaperFileError(because("archive.paper-file-missing", sha256=one.paper.sha256))


def _made(desk: Desk, session: Session, told: Story, printer: Print | None) -> list[Paper]:
    papers = []
    for number, paper in enumerate(made(session, told.order_id, printer=printer), 1):
        stem = f"made-{number:02d}"
        original = desk.put(f"{stem}.pdf", paper.pdf, name=paper.filename, media_type=PDF, puid=PDFA_3B)
        text, pages = _words(desk, stem, paper.filename)
        papers.append(
            Paper(
                str(paper.kind),
                paper.title,
                type_of(paper.title),
                paper.number,
                paper.day,
                pages,
                original,
                original,
                text,
                _ROUTE,
            )
        )
    return papers


def _given(desk: Desk, told: Story) -> Iterator[Paper]:
    """Yield the files that were given with the papers, each with its PDF/A; what is known by its hash alone is not."""
    for number, one in enumerate(given_with(told), 1):
        kept = shelf.find(one.paper.sha256)
        if kept is None:
            continue
        stem, about = f"given-{number:02d}", kept.about
        with kept.path.open("rb") as source:
            original = desk.copied(
                f"{stem}.pdf", source, name=about.name, media_type=PDF, puid=about.looked.puid
            )
        if original.sha256 != one.paper.sha256:
            raise DamagedError(str(kept.path), "its bytes are not those that were given")
        pdfa, text, pages, facts = _readable(desk, stem, about.name)
        looked = {"signatures": list(about.looked.signatures), "scanner": about.looked.scanner}
        yield Paper(
            one.step,
            one.title,
            type_of(one.title),
            one.paper.number,
            one.paper.day,
            pages or about.looked.pages,
            original,
            pdfa,
            text,
            facts,
            looked,
        )


def _readable(desk: Desk, stem: str, name: str) -> tuple[Kept | None, Kept | None, int, Mapping[str, Any]]:
    """Return the PDF/A of a given file with its words, its pages and how it was made; nothing when none can be made."""
    with tempfile.TemporaryDirectory(dir=desk.folder, prefix=".making-") as folder:
        made = inspector().readable(desk.folder / f"{stem}.pdf", name, Path(folder))
        if made is None:
            return None, None, 0, {}
        with made.pdfa.open("rb") as source:
            pdfa = desk.copied(f"{stem}-a.pdf", source, name=name, media_type=PDF, puid=made.puid)
        with made.text.open("rb") as source:
            words = f"{name.removesuffix('.pdf')}.txt"
            text = desk.copied(f"{stem}.txt", source, name=words, media_type=PLAIN, puid=TEXT)
    return pdfa, text, made.pages, made.facts


def _print(parts: Sequence[str], title: str) -> bytes:
    return judged(render_parts(parts, title=title, flavour=FLAVOUR), title=title, flavour=FLAVOUR)


def _words(desk: Desk, stem: str, filename: str) -> tuple[Kept, int]:
    words = words_of(desk.folder / f"{stem}.pdf")
    name = filename.removesuffix(".pdf") + ".txt"
    text = desk.put(f"{stem}.txt", words.text.encode(), name=name, media_type=PLAIN, puid=TEXT)
    return text, words.pages


def _ledger(desk: Desk, session: Session, told: Story, printer: Print | None) -> Paper:
    page = record.page(session, told)
    pdf = (printer or _print)([page], record.TITLE)
    pdfa = desk.put("ledger.pdf", pdf, name="trich-so-nhat-ky.pdf", media_type=PDF, puid=PDFA_3B)
    text, pages = _words(desk, "ledger", "trich-so-nhat-ky.pdf")
    try:
        with (desk.folder / "ledger.json").open("w", encoding="utf-8") as out:
            count = record.write_json(session, told.order_id, out)
        original = desk.flushed(
            "ledger.json", name="trich-so-nhat-ky.json", media_type="application/json", puid=JSON
        )
    except OSError as error:
        raise desk.broken(error) from error
    return Paper(
        "ledger", record.TITLE, "", "", None, pages, original, pdfa, text, {**_ROUTE, "events": count}
    )
