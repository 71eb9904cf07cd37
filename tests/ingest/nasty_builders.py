"""PDFs that are hard to make PDF/A of, each for one thing that PDF/A forbids or that readers disagree about."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pdf_builders as make
import pikepdf
import trap_builders as trap
from pikepdf import Array, Dictionary, Name
from PIL import Image

Change = Callable[[pikepdf.Pdf], None]


def changed(change: Change, **parts: Any) -> Callable[[Path], Path]:
    """A text PDF with embedded fonts and one thing more."""

    def _build(path: Path) -> Path:
        with pikepdf.open(make.born_digital(path, pages=1, **parts), allow_overwriting_input=True) as pdf:
            change(pdf)
            pdf.save(path)
        return path

    return _build


def _draw(pdf: pikepdf.Pdf, content: str, **resources: Any) -> None:
    page = pdf.pages[0]
    for key, value in resources.items():
        held = page.Resources.get(f"/{key}")
        if isinstance(held, Dictionary):
            for name, one in value.items():
                held[name] = one
        else:
            page.Resources[f"/{key}"] = value
    page.contents_add(pdf.make_stream(f"q {content} Q".encode()))


def _image(pdf: pikepdf.Pdf, data: bytes, filter_: str, space: Any, bits: int = 8, **more: Any) -> Any:
    image = pdf.make_stream(data)
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 60, 60
    image.ColorSpace, image.BitsPerComponent = space, bits
    if filter_:
        image.Filter = Name("/" + filter_)
    for key, value in more.items():
        image["/" + key] = value
    return image


def _encoded(mode: str, kind: str) -> bytes:
    into = io.BytesIO()
    Image.linear_gradient("L").resize((60, 60)).convert(mode).save(into, kind)
    return into.getvalue()


def _show(pdf: pikepdf.Pdf, image: Any) -> None:
    _draw(pdf, "60 0 0 60 60 100 cm /Im9 Do", XObject=Dictionary({"/Im9": image}))


def _jpx(pdf: pikepdf.Pdf) -> None:
    _show(pdf, _image(pdf, _encoded("RGB", "JPEG2000"), "JPXDecode", Name.DeviceRGB))


def _jpeg_cmyk(pdf: pikepdf.Pdf) -> None:
    _show(pdf, _image(pdf, _encoded("CMYK", "JPEG"), "DCTDecode", Name.DeviceCMYK))


def _interpolated(pdf: pikepdf.Pdf) -> None:
    _show(pdf, _image(pdf, bytes(3600), "", Name.DeviceGray, Interpolate=True))


def _soft_mask(pdf: pikepdf.Pdf) -> None:
    mask = _image(pdf, bytes(range(60)) * 60, "", Name.DeviceGray)
    _show(pdf, _image(pdf, bytes(10800), "", Name.DeviceRGB, SMask=mask))


def _lzw(pdf: pikepdf.Pdf) -> None:
    """LZW: a clear code, then each byte as it is, then the end; 9 bits each."""
    bits = "".join(f"{code:09b}" for code in [256, *b"0 1 0 rg 60 60 40 40 re f", 257])
    data = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    stream = pdf.make_stream(data)
    stream.Filter = Name.LZWDecode
    page = pdf.pages[0]
    page.Contents = Array([*_streams(page), stream])


def _streams(page: pikepdf.Page) -> list[Any]:
    held = page.obj.Contents
    return list(held) if isinstance(held, Array) else [held]


def _transfer(pdf: pikepdf.Pdf) -> None:
    state = Dictionary(
        Type=Name.ExtGState, TR=Name.Identity, HTP=Array([0, 0]), CA=0.5, ca=0.5, BM=Name.Multiply
    )
    _draw(pdf, "/Gs9 gs 0 0 1 rg 60 60 80 40 re f", ExtGState=Dictionary({"/Gs9": state}))


def _type3(pdf: pikepdf.Pdf) -> None:
    box = pdf.make_stream(b"600 0 0 0 500 500 d1 0 0 500 500 re f")
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type3, FontBBox=[0, 0, 600, 600], FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
        CharProcs=Dictionary(box=box), Encoding=Dictionary(Type=Name.Encoding, Differences=[97, Name.box]),
        FirstChar=97, LastChar=97, Widths=[600],
    )  # fmt: skip
    _draw(pdf, "BT /F9 20 Tf 60 60 Td (aaa) Tj ET", Font=Dictionary({"/F9": pdf.make_indirect(font)}))


def _layers(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Nền"))
    pdf.Root.OCProperties = Dictionary(
        OCGs=[layer],
        D=Dictionary(Order=[], AS=[Dictionary(Event=Name.Print, Category=[Name.Print], OCGs=[layer])]),
    )
    _draw(pdf, "/OC /L9 BDC 0 1 0 rg 60 60 40 40 re f EMC", Properties=Dictionary({"/L9": layer}))


def _boxes(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.ArtBox = [0, 0, 0, 0]
    pdf.pages[0].obj.TrimBox = [10, 10, 500, 700]
    pdf.pages[0].obj.Rotate = 90


def _poster(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.MediaBox = [0, 0, 20_000, 20_000]


def _notes(pdf: pikepdf.Pdf) -> None:
    kinds = ("Text", "Square", "Highlight", "FreeText", "Stamp", "Popup")
    pdf.pages[0].obj.Annots = Array(
        [
            Dictionary(
                Type=Name.Annot, Subtype=Name("/" + kind), Rect=[60, 60 + 20 * number, 160, 76 + 20 * number],
                Contents="ghi chú", QuadPoints=[60, 76, 160, 76, 60, 60, 160, 60], DA="/Helv 10 Tf 0 g",
            )
            for number, kind in enumerate(kinds)
        ]
    )  # fmt: skip


def _named(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AA = Dictionary(WC=Dictionary(S=Name.JavaScript, JS="x()"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=["a", Dictionary(S=Name.JavaScript, JS="x()")]))
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI="http://example.invalid"))


def _separation(pdf: pikepdf.Pdf) -> None:
    tint = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 1, 1, 0], N=1)
    space = Array([Name.Separation, Name("/Do dau"), Name.DeviceCMYK, tint])
    _draw(pdf, "/Cs9 cs 0.8 scn 60 60 40 40 re f", ColorSpace=Dictionary({"/Cs9": space}))


def _metadata(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"<?xpacket broken <x:xmpmeta")
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = stream
    pdf.docinfo["/CreationDate"] = "hôm qua"


def _empty(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page(page_size=(595, 842))


def _inline(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(
        pdf.make_stream(
            b"q 40 0 0 40 60 60 cm BI /W 2 /H 2 /CS /RGB /BPC 8 /I true ID " + bytes(12) + b" EI Q"
        )
    )


def _unknown_operator(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(pdf.make_stream(b"q BX 1 2 zz EX Q"))


def _standard(name: str) -> Change:
    def _change(pdf: pikepdf.Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/" + name))
        _draw(
            pdf,
            "BT /F9 12 Tf 60 60 Td (Standard 14) Tj ET",
            Font=Dictionary({"/F9": pdf.make_indirect(font)}),
        )

    return _change


NASTY: Mapping[str, Callable[[Path], Path]] = {
    "javascript": make.with_javascript,
    "owner password": lambda path: make.encrypted(path, user=""),
    "Helvetica not embedded": make.unembedded_latin,
    "Times New Roman not embedded": make.unembedded_letters,
    "Garamond not embedded": lambda path: make.unembedded_letters(path, "Garamond"),
    "Symbol and Zapf Dingbats": make.unembedded_signs,
    "Vietnamese not embedded": make.unembedded_vietnamese,
    "Vietnamese not embedded, laid out wider": lambda path: make.unembedded_vietnamese(path, wider=1.1),
    "8-bit Vietnamese": make.eight_bit_vietnamese,
    "scan": make.scanned_pdf,
    "form": make.filled_form,
    "XFA": trap.with_xfa,
    "broken table of objects": trap.broken_xref,
    "attachments": lambda path: trap.carrying(path, {"a.txt": b"a"}),
    "CMYK": make.cmyk_drawing,
    "JPEG 2000": changed(_jpx),
    "JPEG in CMYK": changed(_jpeg_cmyk),
    "interpolated picture": changed(_interpolated),
    "soft mask": changed(_soft_mask),
    "LZW": changed(_lzw),
    "transfer function, transparency": changed(_transfer),
    "Type 3": changed(_type3),
    "layers": changed(_layers),
    "odd boxes, turned page": changed(_boxes),
    "poster of 7 metres": changed(_poster),
    "notes without appearance": changed(_notes),
    "actions everywhere": changed(_named),
    "spot colour": changed(_separation),
    "broken metadata": changed(_metadata),
    "blank page": changed(_empty),
    "inline picture": changed(_inline),
    "unknown operator": changed(_unknown_operator),
    **{f"{name} without a program": changed(_standard(name)) for name in (
        "Courier", "Courier-BoldOblique", "Times-BoldItalic", "Helvetica-Oblique")},
}  # fmt: skip
"""What is nasty about it -> its builder."""
