"""Builders of files an office may send, small and made anew in each test."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path

import img2pdf
import pikepdf
from docx import Document
from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import cmap_format_6
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont

from archive.hashing import sha256_of_file
from ingest.delivery import DeliveredFile

SERIF = "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf"
DECISION = """CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
QUYẾT ĐỊNH
Về việc ban hành Quy chế quản lý văn bản điện tử của Ủy ban nhân dân tỉnh Lạng Sơn
Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
Theo đề nghị của Giám đốc Sở Nội vụ.
Điều 1. Ban hành kèm theo Quyết định này Quy chế.
Điều 2. Quyết định có hiệu lực kể từ ngày ký."""


def delivered(path: Path, name: str = "") -> DeliveredFile:
    """The file as the gateway would hand it over."""
    return DeliveredFile(name or path.name, path, path.stat().st_size, sha256_of_file(path))


def born_digital(path: Path, pages: int = 2, words: str = DECISION) -> Path:
    """A text PDF with embedded fonts, as an office program writes it; not PDF/A."""
    pdf = FPDF()
    pdf.add_font("Serif", fname=SERIF)
    pdf.set_font("Serif", size=13)
    for number in range(pages):
        pdf.add_page()
        pdf.multi_cell(0, 8, f"Trang {number + 1}\n{words}")
    pdf.output(str(path))
    return path


def with_javascript(path: Path) -> Path:
    """A PDF that runs a script when it is opened and launches a program from a link."""
    with pikepdf.open(born_digital(path), allow_overwriting_input=True) as pdf:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")
        pdf.pages[0].Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[10, 10, 90, 30],
                    A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"),
                )
            ]
        )
        pdf.save(path)
    return path


def encrypted(path: Path, user: str = "mật khẩu") -> Path:
    """A PDF that needs a password to open, or none when `user` is empty."""
    with pikepdf.open(born_digital(path), allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user=user, owner="chủ"))
    return path


def truncated(path: Path) -> Path:
    """A PDF whose last third never arrived."""
    data = born_digital(path).read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    return path


def unembedded_latin(path: Path) -> Path:
    """A PDF in Helvetica that is not embedded, which PDF/A forbids."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=13)
    pdf.add_page()
    pdf.multi_cell(0, 8, "An ordinary page whose font is not embedded.\n" * 5)
    pdf.output(str(path))
    return path


def unembedded_vietnamese(path: Path, name: str = "", *, wider: float = 1.0) -> Path:
    """A Vietnamese PDF whose fonts were left out; a table says which characters its codes are.

    Args:
        name: of the font; how one that nobody knows looked cannot be known.
        wider: how many times wider the page is laid out than the font's letters are.
    """
    with pikepdf.open(born_digital(path), allow_overwriting_input=True) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/FontFile2" in thing:
                del thing["/FontFile2"]
            if name and isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing:
                thing["/BaseFont"] = pikepdf.Name("/" + name)
            if wider != 1 and isinstance(thing, pikepdf.Dictionary) and "/W" in thing:
                for at, part in enumerate(list(thing["/W"])):
                    if isinstance(part, pikepdf.Array):
                        thing["/W"][at] = pikepdf.Array([round(float(one) * wider) for one in part])
        pdf.save(path)
    return path


def eight_bit_vietnamese(path: Path) -> Path:
    """A Vietnamese PDF with 8-bit subset fonts and a ToUnicode table, as reportlab writes them.

    Debian 12's Ghostscript keeps its look and loses its accents from the text.
    """
    signs = sorted({sign for sign in DECISION if sign != "\n"})
    free = iter([*range(1, 32), *range(127, 256)])
    codes = {sign: ord(sign) if sign.isascii() else next(free) for sign in signs}
    font = TTFont(SERIF)
    names = {sign: font.getBestCmap()[ord(sign)] for sign in signs}
    cutter = subset.Subsetter(subset.Options(glyph_names=False, notdef_outline=True))
    cutter.populate(unicodes=[ord(sign) for sign in signs])
    cutter.subset(font)
    table = cmap_format_6(6)
    table.platformID, table.platEncID, table.language = 1, 0, 0
    table.cmap = {codes[sign]: names[sign] for sign in signs}
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion, font["cmap"].tables = 0, [table]
    data = io.BytesIO()
    font.save(data)
    widths = font["hmtx"]
    at = {codes[sign]: names[sign] for sign in signs}
    unit = font["head"].unitsPerEm
    meant = {code: chr(code) for code in range(32, 127)} | {code: sign for sign, code in codes.items()}
    pairs = "\n".join(f"<{c:02x}> <{meant[c].encode('utf-16-be').hex()}>" for c in sorted(meant))
    to_unicode = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (AAAAAA+Serif) /Ordering (AAAAAA+Serif) /Supplement 0 >> def\n"
        "/CMapName /AAAAAA+Serif def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <{max(meant):02x}>\nendcodespacerange\n"
        f"{len(meant)} beginbfchar\n{pairs}\nendbfchar\nendcmap\nCMapName currentdict /CMap defineresource pop\n"
        "end\nend"
    )
    with pikepdf.new() as pdf:
        program = pdf.make_stream(data.getvalue(), Length1=len(data.getvalue()))
        descriptor = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name("/AAAAAA+Serif"), Flags=4,
            FontBBox=[-200, -300, 1200, 1000], ItalicAngle=0, Ascent=891, Descent=-216, CapHeight=662, StemV=80,
            FontFile2=program,
        )  # fmt: skip
        used = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=pikepdf.Name("/AAAAAA+Serif"),
            FirstChar=0, LastChar=255,
            Widths=[round(widths[at[code]][0] * 1000 / unit) if code in at else 0 for code in range(256)],
            FontDescriptor=pdf.make_indirect(descriptor), ToUnicode=pdf.make_stream(to_unicode.encode()),
        )  # fmt: skip
        lines = " ".join(
            f"<{''.join(f'{codes[s]:02x}' for s in line)}> Tj T*" for line in DECISION.split("\n")
        )
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(used)))
        page.Contents = pdf.make_stream(f"BT /F1 12 Tf 18 TL 50 780 Td {lines} ET".encode())
        pdf.save(path)
    return path


def scan(path: Path, words: str = DECISION, mode: str = "RGB") -> Path:
    """A picture of a page at 200 dpi, with the words drawn on it."""
    paper = Image.new("RGB", (1654, 2339), (252, 250, 245))
    pen = ImageDraw.Draw(paper)
    letter = ImageFont.truetype(SERIF, 38)
    down = 120
    for line in words.split("\n"):
        for piece in textwrap.wrap(line, 70):
            pen.text((150, down), piece, font=letter, fill=(20, 20, 30))
            down += 58
    paper.convert(mode).save(path, dpi=(200, 200))
    return path


def scanned_pdf(path: Path) -> Path:
    """A PDF that is a picture only."""
    picture = scan(path.with_suffix(".jpg"))
    path.write_bytes(img2pdf.convert(str(picture)))
    return path


def filled_form(path: Path, value: str = "Nguyen Van An") -> Path:
    """A PDF with a form field that has been filled in."""
    with pikepdf.open(born_digital(path, pages=1), allow_overwriting_input=True) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="ten", V=value,
                Rect=[60, 300, 300, 330], F=4, DA="/Helv 12 Tf 0 g",
            )
        )  # fmt: skip
        helvetica = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=[field],
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica)),
            NeedAppearances=True,
        )
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.save(path)
    return path


def letter(path: Path, words: str = DECISION) -> Path:
    """A Word document."""
    document = Document()
    for line in words.split("\n"):
        document.add_paragraph(line)
    document.save(str(path))
    return path


def sheet(path: Path) -> Path:
    """An Excel workbook."""
    book = Workbook()
    for row in (("Số ký hiệu", "Trích yếu", "Số tờ"), ("31/2020/QĐ-UBND", "Quy chế văn thư", 12)):
        book.active.append(row)
    book.save(path)
    return path


def unembedded_letters(path: Path, name: str = "TimesNewRomanPSMT", *, widths: str = "Times") -> Path:
    """A page in a simple TrueType font that was left out, with the widths an office program writes.

    Args:
        widths: the core font whose widths are given.
    """
    pdf = FPDF()
    pdf.set_font(widths, size=13)
    pdf.add_page()
    pdf.multi_cell(0, 8, "Whereas the Department of Home Affairs, No. 245/TTr-SNV, has asked for it;\n" * 4)
    pdf.output(str(path))
    table = pdf.fonts[widths.lower()].cw
    with pikepdf.open(path, allow_overwriting_input=True) as made:
        for thing in made.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.Font:
                thing.Subtype = pikepdf.Name.TrueType
                thing.BaseFont = pikepdf.Name("/" + name)
                thing.FirstChar, thing.LastChar = 32, 126
                thing.Widths = pikepdf.Array([int(table[chr(code)]) for code in range(32, 127)])
                thing.FontDescriptor = made.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.FontDescriptor, FontName=thing.BaseFont, Flags=32,
                        FontBBox=[-168, -218, 1000, 898], ItalicAngle=0, Ascent=898, Descent=-218,
                        CapHeight=662, StemV=80,
                    )
                )  # fmt: skip
        made.save(path)
    return path


def unembedded_signs(path: Path) -> Path:
    """A page with Symbol and Zapf Dingbats, which no program embeds."""
    with pikepdf.new() as pdf:
        fonts = pikepdf.Dictionary()
        for key, name in (("/F1", "Symbol"), ("/F2", "ZapfDingbats"), ("/F3", "Helvetica-Bold")):
            fonts[key] = pdf.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name("/" + name)
                )
            )
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=fonts)
        page.Contents = pdf.make_stream(
            b"BT 30 TL 50 700 Td /F1 24 Tf (abgd) Tj T* /F2 24 Tf (4l) Tj T* /F3 24 Tf (Signs) Tj ET"
        )
        pdf.save(path)
    return path


def cmyk_drawing(path: Path) -> Path:
    """A page with a CMYK bar and an embedded font: what PDF/A wants a profile for."""
    with pikepdf.open(born_digital(path, pages=1), allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        page.contents_add(pdf.make_stream(b"q 0 0.6 0.9 0.1 k 60 100 200 20 re f Q"))
        pdf.save(path)
    return path
