"""A PDF that carries a file."""

from __future__ import annotations

import pikepdf
from breaking import altered

from tests.samples.road import ACase, a_case


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["b.txt"] = pikepdf.AttachedFileSpec(pdf, b"x", filename="b.txt")


def broken() -> ACase:
    return a_case().files(("a.pdf", altered(_attach)))
