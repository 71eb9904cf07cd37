"""A page of ours as PDF/A-2b: certificates, inventories, decisions.

The page is HTML we wrote, but the words in it came from outside; so nothing is fetched while printing,
neither from the network nor from a file. Pictures come as `data:` URLs.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.pdfa.errors import NotPdfaError
from archive.pdfa.verapdf import VeraPdf, shared

FLAVOUR = "2b"
# Liberation Serif 2 stands for Times New Roman, the letter of Vietnamese state papers (Nghị định
# 30/2020/NĐ-CP); Noto Serif has every Vietnamese glyph too.
STYLE = """
@page { size: A4; margin: 20mm 15mm 20mm 30mm }
* { image-rendering: crisp-edges }  /* else pictures are marked for interpolation, which PDF/A forbids */
html { font: 13pt "Liberation Serif", "Noto Serif", serif; line-height: 1.35 }
"""


@dataclass(frozen=True)
class Attached:
    """A file inside a page of ours; PDF/A-3 alone may have any.

    Attributes:
        name: ASCII, its ending says what it is.
        about: in a few words.
        at: when it was made, aware.
    """

    name: str
    about: str
    data: bytes
    at: datetime


def print_pdfa(html: str, *, title: str, lang: str = "vi", vera: VeraPdf | None = None) -> bytes:
    """Return the page as PDF/A-2b, judged by veraPDF. Arguments as `render`.

    Raises:
        NotPdfaError: the page asks for an outside file, or what came out is not PDF/A.
        VeraPdfMissingError: it could not be judged now. May be retried.
    """
    return judged(render(html, title=title, lang=lang), title=title, vera=vera)


def judged(made: bytes, *, title: str, flavour: str = FLAVOUR, vera: VeraPdf | None = None) -> bytes:
    """Return what was made when veraPDF says that it is PDF/A of that flavour.

    Raises:
        NotPdfaError: it is not.
        VeraPdfMissingError: it could not be judged now. May be retried.
    """
    with tempfile.TemporaryDirectory(prefix="tangthu-print-") as folder:
        path = Path(folder) / "page.pdf"
        path.write_bytes(made)
        verdict = (vera or shared()).check(path, flavour)
    if verdict.compliant is not True:
        broken = tuple(f"{rule.rule}: {rule.message}" for rule in verdict.failed)
        raise NotPdfaError(title, broken or (verdict.message,))
    return made


def render(
    html: str,
    *,
    title: str,
    lang: str = "vi",
    flavour: str = FLAVOUR,
    attached: Sequence[Attached] = (),
    first_page: int = 1,
) -> bytes:
    """Return the page as PDF/A that nobody has judged yet: for who puts it into a file that is judged as a whole.

    Args:
        html: a whole page or a body. Its own style comes after ours, so it may override it.
        title: the document's title, kept in its metadata.
        lang: language of the page, BCP 47.
        flavour: 1b, 2b, 2u or 3b.
        attached: files inside it, with 3b only.
        first_page: the number its first page counts as.

    Raises:
        NotPdfaError: the page asks for an outside file.
    """
    from weasyprint import CSS, HTML, Attachment  # most of a second: loaded at the first page only
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it sets its own when it is loaded
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    class _OnlyData(URLFetcher):  # type: ignore[misc]
        """Serves `data:` URLs; a page that asks for anything else is not printed at all."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
            """Return the data of a `data:` URL.

            Raises:
                FatalURLFetchingError: any other address.
            """
            if not url.startswith("data:"):
                raise FatalURLFetchingError(
                    f"a printed page may not fetch {url[:80]}; put it in as a data: URL"
                )
            return super().fetch(url, headers)

    fonts = FontConfiguration()
    page = HTML(string=html, url_fetcher=_OnlyData())
    root = page.etree_element
    root.set("lang", root.get("lang") or lang)
    try:
        style = STYLE + f"@page :first {{ counter-increment: page {first_page} }}"
        document = page.render(
            stylesheets=[CSS(string=style, font_config=fonts)], font_config=fonts, presentational_hints=True
        )
        document.metadata.attachments = [
            Attachment(
                string=one.data,
                name=one.name,
                description=one.about,
                created=one.at.astimezone(UTC),
                modified=one.at.astimezone(UTC),
                relationship="Data",
            )
            for one in attached
        ]
        document.metadata.title = title
        document.metadata.lang = root.get("lang")
        made = document.write_pdf(pdf_variant=f"pdf/a-{flavour}")
    except FatalURLFetchingError as error:
        raise NotPdfaError(title, (str(error),)) from error
    assert isinstance(made, bytes)
    return made
