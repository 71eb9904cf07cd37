"""The words of a PDF we printed ourselves, for the index. What others made is read in a cage instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError


@dataclass(frozen=True)
class Words:
    """What a PDF says.

    Attributes:
        text: a form feed after each page, as all texts beside a PDF/A have it.
    """

    pages: int
    text: str


def words_of(path: Path) -> Words:
    """Return the words of a page of ours.

    Raises:
        ArchiveError: it is no PDF.
    """
    import pypdfium2  # loaded where it is needed: the command line starts without it

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ArchiveError(f"{path.name} is no PDF: {error}") from error
    try:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_bounded().replace("\r\n", "\n"))
            text.close()
            page.close()
    finally:
        document.close()
    return Words(len(pages), "".join(f"{page}\f" for page in pages))
