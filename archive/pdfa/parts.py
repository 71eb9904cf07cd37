"""A long paper in parts that are printed one after the other and joined, so that thousands of lines need little memory.

One table of 2,000 lines was seen to need 400 MiB while it is laid out; parts of a few hundred stay below half of that.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

import pikepdf

from archive.pdfa.print import Attached, render


def render_parts(
    parts: Iterable[str], *, title: str, flavour: str, attached: Sequence[Attached] = ()
) -> bytes:
    """Return the parts as one PDF/A whose pages are numbered through, which nobody has judged yet.

    Args:
        parts: whole pages of HTML, at least one; each begins on a page of its own.
        title: of the document.
        flavour: as `archive.pdfa.print.render`.
        attached: files inside it.

    Raises:
        NotPdfaError: a part asks for an outside file.
        ValueError: there is no part.
    """
    with ExitStack() as open_parts:
        joined: pikepdf.Pdf | None = None
        for html in parts:
            first = len(joined.pages) + 1 if joined else 1
            made = render(
                html, title=title, flavour=flavour, attached=() if joined else attached, first_page=first
            )
            part = open_parts.enter_context(
                pikepdf.open(io.BytesIO(made))
            )  # until what takes from it is saved
            if joined is None:
                joined = part
            else:
                joined.pages.extend(part.pages)
        if joined is None:
            raise ValueError("a paper has at least one part")
        target = io.BytesIO()
        joined.save(target)
        return target.getvalue()
