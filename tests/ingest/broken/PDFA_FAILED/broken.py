"""A sheet of five metres whose fonts are missing and have no stand-in: nobody can know how it looked, nor draw it."""

from __future__ import annotations

import pdf_builders as make
import pikepdf
from breaking import room

from ingest.finding import Finding
from ingest.formats import convert
from ingest.formats.derivative import Failure
from ingest.formats.inspect import inspect
from tests.samples.road import Road

SERVICE = True


def _converted(road: Road) -> list[Finding]:
    folder = room(road)
    path = make.unembedded_vietnamese(folder / "a.pdf", "VnTime")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:  # five metres: no picture of it stays legible
            page.MediaBox = [0, 0, 14_000, 14_000]
        pdf.save(path)
    source = convert.Source("1", path, inspect(make.delivered(path)))
    (made,) = convert.normalise([source], folder)
    return [Finding(made.code, "a.pdf", {"reason": made.reason})] if isinstance(made, Failure) else []


def found(road: Road) -> list[Finding]:
    return _converted(road)
