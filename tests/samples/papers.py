"""Make the files of documents: PDF (plain, signed, broken), DOCX, XLSX, JPEG scan. Same input, same content."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import docx
import img2pdf
import openpyxl
from fontTools import subset
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle

from archive.vietnam import VIETNAM
from tests.samples.pki import Signer

FONTS = Path("/usr/share/fonts/truetype/liberation2")
REGULAR, BOLD, ITALIC = (FONTS / f"LiberationSerif-{kind}.ttf" for kind in ("Regular", "Bold", "Italic"))
LETTERS = [
    *range(0x20, 0x250),
    0x300,
    0x301,
    0x303,
    0x309,
    0x323,
    *range(0x1E00, 0x1F00),
    *range(0x2010, 0x2040),
]
"""What Vietnamese papers are written with; the whole font makes every paper four times as slow."""

RESERVED = 16_384
"""Bytes left for a signature: saying it spares pyHanko a trial signature."""


@dataclass(frozen=True)
class Sheet:
    """What stands on a paper, in the layout of NĐ 30/2020 Phụ lục I (simplified)."""

    parent: str
    organ: str
    code: str  # "12/QĐ-SNV"
    place: str
    issued: date
    type_name: str
    subject: str
    body: tuple[str, ...]
    signer_post: str
    signer_name: str
    stamp: str = ""  # a word in a frame, e.g. MẬT

    @property
    def date_line(self) -> str:
        """Return the line of place and date."""
        return (
            f"{self.place}, ngày {self.issued.day:02d} tháng {self.issued.month:02d} năm {self.issued.year}"
        )


@cache
def _light(font: Path) -> Path:
    """Return a copy of the font with `LETTERS` only, made once a process."""
    target = Path(tempfile.mkdtemp(prefix="sample-fonts-")) / font.name
    atexit.register(shutil.rmtree, target.parent, ignore_errors=True)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    whole = subset.load_font(str(font), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(whole)
    whole.save(str(target))
    return target


def pdf(sheet: Sheet, target: Path) -> int:
    """Write a PDF 1.4 with a text layer and return its page count."""
    paper = FPDF(format="A4")
    paper.set_creation_date(datetime.combine(sheet.issued, time(8, 30), VIETNAM))
    paper.set_title(sheet.subject)
    paper.set_lang("vi")
    paper.set_margins(30, 20, 15)
    paper.set_auto_page_break(True, 20)
    for style, font in (("", REGULAR), ("B", BOLD), ("I", ITALIC)):
        paper.add_font("serif", style, _light(font))
    paper.add_page()
    _letterhead(paper, sheet)
    for line in sheet.body:
        heading = len(line) < 120 and line.startswith(("Điều ", "Chương ", "QUY CHẾ", "QUYẾT ĐỊNH"))
        paper.set_font("serif", "B" if heading else "", 13)
        paper.multi_cell(0, 6.5, line, align="L" if heading else "J", new_x="LMARGIN", new_y="NEXT")
        paper.ln(1.2)
    _signature_block(paper, sheet)
    paper.output(str(target))
    return paper.page_no()


def _letterhead(paper: FPDF, sheet: Sheet) -> None:
    paper.set_font("serif", "B", 10)
    top = paper.get_y()
    paper.multi_cell(75, 5.5, f"{sheet.parent}\n{sheet.organ}".strip().upper(), align="C")
    left_end = paper.get_y()
    paper.set_xy(105, top)
    nation = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc"
    paper.set_font("serif", "B", 10)
    paper.multi_cell(90, 5.5, nation, align="C")
    paper.set_xy(30, max(left_end, paper.get_y()) + 2)
    paper.set_font("serif", "", 12)
    paper.cell(75, 6, f"Số: {sheet.code}", align="C")
    paper.set_font("serif", "I", 12)
    paper.cell(90, 6, sheet.date_line, align="C", new_x="LMARGIN", new_y="NEXT")
    if sheet.stamp:
        paper.set_font("serif", "B", 14)
        paper.cell(30, 10, sheet.stamp, border=1, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(6)
    paper.set_font("serif", "B", 14)
    paper.multi_cell(0, 7, sheet.type_name.upper(), align="C", new_x="LMARGIN", new_y="NEXT")
    paper.multi_cell(0, 7, sheet.subject, align="C", new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)


def _signature_block(paper: FPDF, sheet: Sheet) -> None:
    if paper.get_y() > 225:
        paper.add_page()
    paper.ln(6)
    paper.set_font("serif", "", 11)
    top = paper.get_y()
    paper.multi_cell(70, 5.5, "Nơi nhận:\n- Như trên;\n- Lưu: VT.", align="L")
    paper.set_xy(110, top)
    paper.set_font("serif", "B", 13)
    paper.multi_cell(85, 7, f"{sheet.signer_post.upper()}\n\n\n{sheet.signer_name}", align="C")


class _Clocked(signers.PdfSigner):
    """Signs at a moment of our choosing: in Viet Nam's time, wherever this machine is."""

    moment: datetime

    def init_signing_session(self, *args: Any, **more: Any) -> Any:
        session = super().init_signing_session(*args, **more)
        session.system_time = self.moment
        return session


def sign_pdf(
    source: Path,
    who: Sequence[Signer],
    *,
    at: Sequence[datetime] = (),
    inks: Sequence[str] = (),
    boxes: Sequence[tuple[int, int, int, int]] = (),
    first: int = 1,
) -> None:
    """Add the signatures in order, each over the whole file before it; visible, upper right (TT 02/2019 Điều 6.1.đ).

    The claimed time is the moment of signing, as the test PKI has no time-stamp service.

    Args:
        at: moments of signing, in order; now when not given.
        inks: red, blue or black; an agency's is red and a person's blue when not given (NĐ 30/2020 Phụ lục I).
        boxes: places on the first page in points; side by side at its upper edge, from the right, when not given.
        first: number of the first signature field, for a file signed before.
    """
    for number, signer in enumerate(who):
        ink = inks[number] if number < len(inks) else "red" if signer.name == signer.organisation else "blue"
        across = 185 * (number + first - 1)
        box = boxes[number] if number < len(boxes) else (395 - across, 797, 575 - across, 827)
        name = f"ChuKySo{number + first}"
        result = source.with_suffix(".signing")
        tool = _Clocked(
            signers.PdfSignatureMetadata(
                field_name=name, name=signer.name, location="Việt Nam", md_algorithm="sha256"
            ),
            signer=signer.simple,
            stamp_style=_stamp_of(signer, ink),
            new_field_spec=fields.SigFieldSpec(name, on_page=0, box=box),
        )
        tool.moment = at[number] if number < len(at) else datetime.now(VIETNAM)
        with source.open("rb") as stream, result.open("wb") as sink:
            tool.sign_pdf(IncrementalPdfFileWriter(stream), output=sink, bytes_reserved=RESERVED)
        result.replace(source)


_INKS = {"red": (210, 20, 30), "blue": (20, 40, 190), "black": (15, 15, 20)}


def _stamp_of(signer: Signer, ink: str) -> StaticStampStyle:
    """Return what this signer's signatures look like; the printed time is that of the first."""
    target = signer.stem.with_suffix(f".{ink}.pdf")
    if not target.exists():
        _stamp(signer.name, ink, target)
    return StaticStampStyle.from_pdf_file(str(target), border_width=0)


def _stamp(name: str, ink: str, target: Path) -> None:
    """Write a signature's look: a seal or a hand's stroke, body and time, ISO 8601 with Vietnam's zone."""
    paper = FPDF(unit="pt", format=(180, 30))
    paper.set_auto_page_break(False)
    paper.set_margins(32, 2, 2)
    paper.add_font("serif", "", _light(REGULAR))
    paper.add_page()
    paper.set_draw_color(*_INKS[ink])
    paper.set_line_width(2.5)
    if ink == "blue":
        for left in (2, 10, 18):
            paper.line(left, 25, left + 8, 6)
            paper.line(left + 8, 6, left + 9, 25)
    else:
        paper.ellipse(3, 3, 24, 24)
        paper.ellipse(9, 9, 12, 12)
    paper.set_font("serif", "", 9)
    moment = datetime.now(VIETNAM).isoformat(timespec="seconds")
    for line in (f"Ký bởi: {name}", f"Thời gian ký: {moment}"):
        width = paper.get_string_width(line)
        paper.set_font_size(min(9, 9 * 144 / width))
        paper.cell(146, 12, line, new_x="LMARGIN", new_y="NEXT")
        paper.set_font_size(9)
    paper.output(str(target))


def broken_pdf(sheet: Sheet, target: Path) -> int:
    """Write what starts like a PDF and is noise from its middle on; return the pages it claims."""
    pages = pdf(sheet, target)
    whole = target.read_bytes()
    noise = random.Random(31).randbytes(len(whole) // 2)
    target.write_bytes(whole[:60] + noise)
    return pages


def word(sheet: Sheet, target: Path) -> int:
    """Write a DOCX; return 1, the page count offices declare for a short one."""
    document = docx.Document()
    moment = datetime.combine(sheet.issued, time(8, 30))
    document.core_properties.created = document.core_properties.modified = moment
    document.core_properties.title = sheet.subject[:250]
    document.styles["Normal"].font.name = "Liberation Serif"
    document.add_paragraph(f"{sheet.organ.upper()}\nSố: {sheet.code}")
    document.add_paragraph(sheet.date_line)
    document.add_heading(f"{sheet.type_name.upper()}: {sheet.subject}", level=1)
    for line in sheet.body:
        document.add_paragraph(line)
    document.add_paragraph(f"{sheet.signer_post}\n{sheet.signer_name}")
    document.save(str(target))
    return 1


def workbook(title: str, head: Sequence[str], rows: Sequence[Sequence[str | int]], target: Path) -> int:
    """Write an XLSX with one sheet; return 1."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Danh sách"
    page.append([title])
    page.append(list(head))
    for row in rows:
        page.append(list(row))
    for column, width in zip("ABCDEF", (8, 40, 30, 18, 18, 18), strict=True):
        page.column_dimensions[column].width = width
    book.save(str(target))
    return 1


def scan(sheet: Sheet, target: Path) -> int:
    """Write a colour JPEG of a paper as a scanner sees it: A4 at 200 dpi, a little askew, a little dirty."""
    page = Image.new("RGB", (1654, 2339), (252, 250, 244))
    draw = ImageDraw.Draw(page)
    regular, bold = (ImageFont.truetype(str(font), 30) for font in (REGULAR, BOLD))
    draw.text((160, 140), sheet.organ.upper(), font=bold, fill=(25, 25, 40))
    draw.text((160, 190), f"Số: {sheet.code}", font=regular, fill=(25, 25, 40))
    draw.text((820, 240), sheet.date_line, font=regular, fill=(25, 25, 40))
    y = 340
    for line in (sheet.type_name.upper(), *_wrapped(sheet.subject, 80)):
        draw.text((160, y), line, font=bold, fill=(20, 20, 30))
        y += 46
    for paragraph in sheet.body:
        for line in _wrapped(paragraph, 88):
            if y > 1950:
                break
            draw.text((160, y), line, font=regular, fill=(30, 30, 45))
            y += 42
        y += 12
    draw.text((950, min(y + 30, 2000)), sheet.signer_post.upper(), font=bold, fill=(25, 25, 40))
    draw.text((950, min(y + 180, 2180)), sheet.signer_name, font=bold, fill=(25, 25, 40))
    seal = (1000, min(y + 60, 2030))
    draw.ellipse((*seal, seal[0] + 150, seal[1] + 150), outline=(200, 30, 35), width=6)
    page = page.rotate(0.5, resample=Image.Resampling.BILINEAR, fillcolor=(245, 243, 236))
    dust = random.Random(sheet.subject)
    pixels = page.load()
    assert pixels is not None
    for _ in range(1500):
        shade = dust.randint(150, 235)
        pixels[dust.randrange(1654), dust.randrange(2339)] = (shade, shade, shade)
    page.save(target, "JPEG", quality=72, dpi=(200, 200))
    return 1


def _wrapped(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for word_ in text.split():
        if line and len(line) + 1 + len(word_) > width:
            lines.append(line)
            line = word_
        else:
            line = f"{line} {word_}".strip()
    return [*lines, line] if line else lines


def scanned_pdf(sheet: Sheet, target: Path) -> int:
    """Write a PDF of the scanned paper alone, without a text layer; return its page count."""
    picture = target.with_suffix(".scan.jpg")
    pages = scan(sheet, picture)
    target.write_bytes(img2pdf.convert(str(picture)))
    picture.unlink()
    return pages
