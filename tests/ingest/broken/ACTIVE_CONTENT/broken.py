"""A PDF that runs a script when it is opened."""

from __future__ import annotations

import pikepdf
from breaking import altered

from tests.samples.road import ACase, a_case


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")


def broken() -> ACase:
    return a_case().files(("a.pdf", altered(_script)))
