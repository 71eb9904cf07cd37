"""A form that was filled in after it was signed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf
from pyhanko.pdf_utils.generic import NameObject, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.samples.road import ACase, Doc, Road, a_case, plain, signed


def _form(road: Road, doc: Doc, target: Path) -> None:
    plain(road, doc, target)
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        blank = pdf.make_stream(b"")
        blank.Type, blank.Subtype, blank.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 200, 20]
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="so", V="",
                Rect=[60, 100, 260, 120], F=4, DA="/Helv 12 Tf 0 g", AP=pikepdf.Dictionary(N=blank),
            )
        )  # fmt: skip
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.save(target)


def _filled(road: Road, doc: Doc, target: Path) -> None:
    signed(over=_form, key="a form")(road, doc, target)
    copy = target.with_suffix(".filled")
    with target.open("rb") as source:
        writer = IncrementalPdfFileWriter(source)
        fields = writer.root["/AcroForm"]["/Fields"]
        field = next(one.get_object() for one in fields if one.get_object()["/T"] == "so")
        field[NameObject("/V")] = pdf_string("15")
        writer.update_container(field)
        with copy.open("wb") as sink:
            writer.write(sink)
    shutil.move(copy, target)


def broken() -> ACase:
    return a_case().files(("a.pdf", _filled))
