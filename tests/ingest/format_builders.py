"""A test file for every rule of the format policy, made anew: what an office may send in that format."""

from __future__ import annotations

import io
import subprocess
import wave
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import film_builders as films
import pdf_builders as make
import pikepdf
import trap_builders as trap
from PIL import Image, ImageDraw, ImageFont

from ingest.formats.repair import finish

WORDS = "Quyết định số 31/2020/QĐ-UBND"
ODF_TYPE = "application/vnd.oasis.opendocument."
NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("presentation", "presentation"),
    )
)  # fmt: skip


def version(said: str) -> Callable[[Path], Path]:
    """A PDF that calls itself of this version."""

    def _build(path: Path) -> Path:
        with pikepdf.open(make.born_digital(path, pages=1), allow_overwriting_input=True) as pdf:
            pdf.save(path, force_version=said, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return path

    return _build


def for_print(path: Path) -> Path:
    """A PDF/X-1a, as a printing house sends it."""
    with pikepdf.open(make.born_digital(path, pages=1), allow_overwriting_input=True) as pdf:
        pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-1:2001"
        pdf.docinfo["/GTS_PDFXConformance"] = "PDF/X-1a:2001"
        pdf.save(path, force_version="1.3", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return path


def pdfa(variant: str) -> Callable[[Path], Path]:
    """A PDF/A of this flavour."""

    def _build(path: Path) -> Path:
        with pikepdf.open(make.born_digital(path, pages=1), allow_overwriting_input=True) as pdf:
            finish(pdf, path, variant)
        return path

    return _build


def open_document(path: Path) -> Path:
    """An ODT, ODS or ODP, by the ending of its name."""
    kind, body = {
        ".odt": ("text", f"<office:text><text:p>{WORDS}</text:p></office:text>"),
        ".ods": (
            "spreadsheet",
            f'<office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell '
            f'office:value-type="string"><text:p>{WORDS}</text:p></table:table-cell></table:table-row>'
            "</table:table></office:spreadsheet>",
        ),
        ".odp": (
            "presentation",
            '<office:presentation><draw:page draw:name="1"><draw:frame svg:width="20cm" svg:height="4cm" '
            f'svg:x="2cm" svg:y="2cm"><draw:text-box><text:p>{WORDS}</text:p></draw:text-box></draw:frame>'
            "</draw:page></office:presentation>",
        ),
    }[path.suffix]
    content = (
        f'<office:document-content {NAMESPACES} office:version="1.2"><office:body>{body}</office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        'manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{ODF_TYPE}{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", ODF_TYPE + kind)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
    return path


def by_libreoffice(build: Callable[[Path], Path], ending: str) -> Callable[[Path], Path]:
    """A file of ours saved in another format, as an office would."""

    def _build(path: Path) -> Path:
        source = build(path.with_suffix(ending))
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation={(path.parent / 'profile').as_uri()}",
             "--convert-to", path.suffix[1:], "--outdir", str(path.parent), str(source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return path

    return _build


def rich_text(path: Path) -> Path:
    """An RTF with Vietnamese letters as it writes them."""
    words = "".join(sign if sign.isascii() else f"\\u{ord(sign)}?" for sign in WORDS)
    path.write_text(
        r"{\rtf1\ansi\ansicpg1258\deff0{\fonttbl{\f0 Times New Roman;}}\f0 " + words + r"\par}", "ascii"
    )
    return path


def text(path: Path) -> Path:
    """A plain text."""
    path.write_text(f"{WORDS}\n", "utf-8")
    return path


def table(path: Path) -> Path:
    """A table as text."""
    path.write_text(f'Tên,Số\n"{WORDS}",1\n', "utf-8")
    return path


def web_page(path: Path) -> Path:
    """A page with a script, a picture from elsewhere, a frame onto our files, and words its style hides."""
    path.write_text(
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>x</title><script>alert(1)</script>"
        "<style>.no { display: none } body { background: url(http://example.invalid/a.png) }</style></head>"
        f"<body onload='x()'><h1>{WORDS}</h1><p class='no'>Phần bị giấu</p><iframe src='file:///etc/passwd'>"
        "</iframe><img src='http://example.invalid/b.png'><img src='file:///etc/hostname'></body></html>",
        "utf-8",
    )
    return path


def message(path: Path) -> Path:
    """A message with a page as its text, a picture in it, a PDF, a text, a message with a file, and an archive."""
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "b@example.invalid", "Chuyển tiếp"
    inner.set_content("Thư bên trong\n")
    inner.add_attachment("Phụ lục lồng\n", filename="long.txt")
    mail = EmailMessage()
    mail["From"], mail["To"] = "Nguyễn Văn An <an@example.invalid>", "Sở Nội vụ <snv@example.invalid>"
    mail["Date"], mail["Subject"] = "Mon, 02 Nov 2020 08:00:00 +0700", WORDS
    mail.set_content("Kính gửi quý cơ quan\n")
    mail.add_alternative(
        "<html><body><p>Kính gửi quý cơ quan 😀</p><img src='cid:dau'><img src='http://example.invalid/t.gif'>"
        "</body></html>",
        subtype="html",
    )
    seal = io.BytesIO()
    Image.new("RGB", (60, 60), (200, 20, 20)).save(seal, "PNG")
    mail.get_payload()[1].add_related(seal.getvalue(), "image", "png", cid="<dau>")
    document = make.born_digital(path.with_suffix(".in.pdf"), pages=1).read_bytes()
    mail.add_attachment(document, maintype="application", subtype="pdf", filename="../../văn bản.pdf")
    mail.add_attachment("Danh sách kèm theo\n", filename="danh sach.txt")
    mail.add_attachment(inner)
    mail.add_attachment(
        trap.zipped({"a.txt": b"a"}), maintype="application", subtype="zip", filename="goi.zip"
    )
    path.with_suffix(".in.pdf").unlink()
    path.write_bytes(mail.as_bytes())
    return path


def picture(path: Path, words: str = "QUYET DINH 31", mode: str = "RGB") -> Path:
    """A small picture with words on it."""
    _paper(words).convert(mode).save(path, dpi=(150, 150))
    return path


def _paper(words: str) -> Image.Image:
    paper = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(paper).text((40, 60), words, font=ImageFont.truetype(make.SERIF, 48), fill=(20, 20, 30))
    return paper


def several_pictures(path: Path) -> Path:
    """A TIFF of three pages, or an animated GIF."""
    first, *others = (_paper(f"TRANG {number}") for number in (1, 2, 3))
    first.save(path, save_all=True, append_images=others, dpi=(150, 150))
    return path


def uncompressed(path: Path) -> Path:
    """A WAV."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(b"\0\1" * 44100)
    return path


def with_macros(path: Path) -> Path:
    """A DOCM by its content type."""
    with zipfile.ZipFile(make.letter(path)) as package:
        members = {one: package.read(one) for one in package.namelist()}
    kinds = members["[Content_Types].xml"]
    members["[Content_Types].xml"] = kinds.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    return trap.zip_of(path, members)


def outlook(path: Path) -> Path:
    """An Outlook message, as far as PRONOM knows one."""
    path.write_bytes(
        trap.compound(
            {"__properties_version1.0": b"\0" * 64, "__nameid_version1.0/__substg1.0_00020102": b"\0" * 16}
        )
    )
    return path


@dataclass(frozen=True)
class OfRule:
    """A file for a rule.

    Attributes:
        word: of its derivative's text; "" where none is looked for.
        route: of its derivative; "" where there is none.
    """

    rule: str
    name: str
    build: Callable[[Path], Path]
    word: str = ""
    route: str = ""


OF_RULES = (
    *(OfRule("pdf", f"v{said}.pdf", version(said), "QUYẾT ĐỊNH", "repair")
      for said in ("1.3", "1.4", "1.5", "1.6", "1.7", "2.0")),
    OfRule("pdf-for-print", "x.pdf", for_print, "QUYẾT ĐỊNH", "repair"),
    OfRule("pdfa", "1b.pdf", pdfa("1b"), "QUYẾT ĐỊNH", "repair"),
    OfRule("pdfa", "2b.pdf", pdfa("2b"), "QUYẾT ĐỊNH", "kept"),
    OfRule("pdfa", "2u.pdf", pdfa("2u"), "QUYẾT ĐỊNH", "kept"),
    OfRule("pdfa", "3b.pdf", pdfa("3b"), "QUYẾT ĐỊNH", "repair"),
    OfRule("doc", "a.doc", by_libreoffice(make.letter, ".docx"), "QUYẾT ĐỊNH", "libreoffice"),
    OfRule("docx", "b.docx", make.letter, "QUYẾT ĐỊNH", "libreoffice"),
    OfRule("odt", "a.odt", open_document, WORDS, "libreoffice"),
    OfRule("rtf", "a.rtf", rich_text, WORDS, "libreoffice"),
    OfRule("txt", "a.txt", text, WORDS, "libreoffice"),
    OfRule("xls", "a.xls", by_libreoffice(make.sheet, ".xlsx"), "31/2020/QĐ-UBND", "libreoffice-wide"),
    OfRule("xlsx", "b.xlsx", make.sheet, "31/2020/QĐ-UBND", "libreoffice-wide"),
    OfRule("ods", "a.ods", open_document, WORDS, "libreoffice"),
    OfRule("csv", "a.csv", table, "31/2020/QĐ-UBND", "libreoffice"),
    OfRule("ppt", "a.ppt", by_libreoffice(open_document, ".odp"), WORDS, "libreoffice"),
    OfRule("pptx", "a.pptx", by_libreoffice(open_document, ".odp"), WORDS, "libreoffice"),
    OfRule("odp", "b.odp", open_document, WORDS, "libreoffice"),
    OfRule("html", "a.html", web_page, "Phần bị giấu", "page-plain"),
    OfRule("mail", "a.eml", message, "Phụ lục lồng", "mail"),
    OfRule("jpeg", "a.jpg", picture, "31", "picture"),
    OfRule("png", "a.png", picture, "31", "picture"),
    OfRule("tiff", "a.tif", several_pictures, "TRANG", "picture"),
    OfRule("gif", "a.gif", several_pictures, "TRANG", "picture"),
    OfRule("bmp", "a.bmp", picture, "31", "picture"),
    OfRule("sound", "a.mp3", trap.mp3),
    OfRule("sound", "a.wav", uncompressed),
    OfRule("sound", "a.wma", films.wma),
    OfRule("film", "a.avi", trap.avi),
    OfRule("film", "a.mp4", films.mp4),
    OfRule("film", "a.wmv", films.wmv),
    OfRule("film", "advanced.wmv", lambda path: films.wmv(path, codec=b"WVC1")),
    OfRule("film", "other.asf", lambda path: films.wmv(path, codec=b"MP43")),
    OfRule("film", "a.mov", films.mov),
    OfRule("macros", "a.docm", with_macros),
    OfRule("archives", "a.zip", lambda path: trap.zip_of(path, {"a.txt": b"a"})),
    OfRule("outlook", "a.msg", outlook),
)  # fmt: skip
"""The test files of the policy's rules; each rule has one at least."""
