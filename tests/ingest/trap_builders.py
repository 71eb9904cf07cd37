"""Files that hide something, made small and anew in each test: macros, programs, passwords, bombs, damage."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import img2pdf
import pdf_builders as make
import pikepdf
from msoffcrypto.format.ooxml import OOXMLFile
from PIL import Image

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def windows_program() -> bytes:
    """The headers of a Windows program that does nothing: it cannot even be started."""
    head = bytearray(b"MZ" + b"\0" * 62)
    head[0x3C:0x40] = (0x40).to_bytes(4, "little")
    return bytes(head) + b"PE\0\0" + b"\0" * 200


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file; `a/b` is stream b in storage a. Streams are padded to 4096 bytes, so no mini stream."""
    names: list[tuple[str, bytes | None, int]] = []  # name, data (None: a storage), parent's index
    index = {"": 0}
    for path, data in streams.items():
        *folders, leaf = path.split("/")
        at = ""
        for folder in folders:
            parent, at = index[at], f"{at}/{folder}"
            if at not in index:
                names.append((folder, None, parent))
                index[at] = len(names)
        names.append((leaf, data.ljust(4096, b"\0"), index[at]))
    body = b""
    chains: list[int] = []
    starts = {}
    for number, (_, data, _) in enumerate(names, 1):
        if data is not None:
            count = -(-len(data) // SECTOR)
            starts[number] = len(chains)
            chains += [*range(len(chains) + 1, len(chains) + count), END]
            body += data.ljust(count * SECTOR, b"\0")
    entries = [_entry("Root Entry", 5, *_tree(names, 0), END, 0)]
    for number, (name, data, parent) in enumerate(names, 1):
        right = next((n for n, (_, _, p) in enumerate(names, 1) if p == parent and n > number), FREE)
        kind, start, size = (1, 0, 0) if data is None else (2, starts[number], len(data))
        child = _tree(names, number)[1] if data is None else FREE
        entries.append(_entry(name, kind, right, child, start, size))
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    first_directory = len(chains)
    count = len(directory) // SECTOR
    chains += [*range(first_directory + 1, first_directory + count), END]
    fat_sector = len(chains)
    chains.append(FAT)
    table = struct.pack("<128I", *chains, *[FREE] * (128 - len(chains)))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
        + struct.pack("<IIIIIIIIII", 0, 1, first_directory, 0, 4096, END, 0, END, 0, fat_sector)
    )  # fmt: skip
    return header.ljust(SECTOR, b"\xff") + body + directory + table


def _tree(names: list[tuple[str, bytes | None, int]], parent: int) -> tuple[int, int]:
    return FREE, next((n for n, (_, _, p) in enumerate(names, 1) if p == parent), FREE)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    head = wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, FREE, right, child)
    return head + b"\0" * 36 + struct.pack("<IQ", start, size)


def old_word(path: Path, words: str = "CỘNG HÒA", **more: bytes) -> Path:
    """An OLE file PRONOM takes for a Word 97 document, with words; further streams by name, "__" for "/"."""
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0409, 0, 0).ljust(0x400, b"\0")
    streams = {"WordDocument": fib + words.encode("utf-16-le"), "1Table": b"\0"}
    compobj = b"\x01\0\xfe\xff\x03\n\0\0\xff\xff\xff\xff\x06\t\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F"
    compobj += (
        b"\x27\0\0\0Microsoft Office Word 97-2003 Document\0\x0a\0\0\0MSWordDoc\0\x10\0\0\0Word.Document.8\0"
    )
    streams["\x01CompObj"] = compobj
    path.write_bytes(compound(streams | {name.replace("__", "/"): data for name, data in more.items()}))
    return path


def old_sheet(path: Path, *records: tuple[int, bytes]) -> Path:
    """An OLE file with a BIFF8 workbook of these records."""
    begin = (0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    stream = b"".join(struct.pack("<HH", k, len(d)) + d for k, d in (begin, *records, (0x0A, b"")))
    path.write_bytes(compound({"Workbook": stream}))
    return path


def sheet_name(name: str, kind: int) -> tuple[int, bytes]:
    """A BIFF record that declares a sheet; kind 0 is a worksheet, 1 a macro sheet."""
    return 0x85, struct.pack("<IBBBB", 0, 0, kind, len(name), 0) + name.encode("ascii")


def packaged(name: str, data: bytes) -> bytes:
    """An OLE file with a packaged object, as an office program embeds any file."""
    inner = b"\x02\0" + name.encode() + b"\0" + name.encode() + b"\0" + b"\0\0\x03\0"
    inner += struct.pack("<I", len(name) + 1) + name.encode() + b"\0" + struct.pack("<I", len(data)) + data
    return compound({"\x01Ole10Native": struct.pack("<I", len(inner)) + inner})


def adding(path: Path, **members: bytes) -> Path:
    """Add members to a ZIP; "__" in a name stands for "/", "_DOT_" for "."."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name.replace("__", "/").replace("_DOT_", "."), data)
    return path


def locked_letter(path: Path) -> Path:
    """A Word document that needs a password."""
    make.letter(path)
    out = io.BytesIO()
    with path.open("rb") as source:
        OOXMLFile(source).encrypt("mật khẩu", out)
    path.write_bytes(out.getvalue())
    return path


def open_document(path: Path, *more: tuple[str, bytes], encrypted: bool = False) -> Path:
    """An ODF text; its manifest speaks of encryption when asked to."""
    names = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"'
    secret = "<manifest:encryption-data/>" if encrypted else ""
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest {names}>'
        f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{kind}">{secret}'
        "</manifest:file-entry></manifest:manifest>"
    )
    opened = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    text = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {opened} {text} office:version="1.2">'
        "<office:body><office:text><text:p>Xin chào</text:p></office:text></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
        for name, data in more:
            package.writestr(name, data)
    return path


def locked_zip(path: Path) -> Path:
    """A ZIP whose one entry says that it needs a password."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "x")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + offset] |= 1
    path.write_bytes(bytes(data))
    return path


def zip_of(path: Path, members: Mapping[str, bytes]) -> Path:
    """A plain ZIP."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return path


def zipped(members: Mapping[str, bytes]) -> bytes:
    """The bytes of a plain ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def carrying(path: Path, files: Mapping[str, bytes]) -> Path:
    """A PDF with files attached."""
    with pikepdf.open(make.born_digital(path), allow_overwriting_input=True) as pdf:
        for name, data in files.items():
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
        pdf.save(path)
    return path


def with_xfa(path: Path) -> Path:
    """A PDF whose form is an XFA one."""
    with pikepdf.open(make.born_digital(path), allow_overwriting_input=True) as pdf:
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pdf.make_stream(b"<xdp/>"))
        pdf.save(path)
    return path


def broken_xref(path: Path) -> Path:
    """A whole PDF whose table of objects points nowhere."""
    data = make.born_digital(path).read_bytes()
    head, mark, _ = data.rpartition(b"startxref")
    path.write_bytes(head + mark + b"\n7\n%%EOF\n")
    return path


def legacy_fonts(path: Path) -> Path:
    """A PDF that names a font of the encodings before Unicode."""
    with pikepdf.open(make.unembedded_latin(path), allow_overwriting_input=True) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/BaseFont" in thing:
                thing.BaseFont = pikepdf.Name("/.VnTimeH")
        pdf.save(path)
    return path


def picture_bomb(path: Path, side: int = 40_000) -> Path:
    """A PNG of a few bytes that says it is `side` x `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    row = zlib.compress(b"\0" * 100_000)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b""))
    return path


def cut_picture(path: Path) -> Path:
    """A JPEG whose second half never arrived."""
    make.scan(path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def scanned(path: Path, *modes: str, dpi: int = 200, words: bool = False) -> Path:
    """A PDF of scanned A4 pages, one a mode ("RGB", "L", "1"), at a resolution; with a text layer when asked."""
    pictures = []
    for number, mode in enumerate(modes):
        picture = path.with_suffix(f".{number}.png")
        size = (round(8.27 * dpi), round(11.69 * dpi))
        Image.effect_noise(size, 40).convert("RGB").quantize(16).convert("RGB").convert(mode).save(
            picture, dpi=(dpi, dpi)
        )
        pictures.append(str(picture))
    path.write_bytes(img2pdf.convert(pictures))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        if words:
            for page in pdf.pages:
                font = pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
                page.Resources.Font = pikepdf.Dictionary(F1=font)
                page.contents_add(b"BT /F1 12 Tf 3 Tr 50 700 Td (Quyet dinh) Tj ET")
        pdf.save(path, min_version="1.7")
    return path


def sound(path: Path, seconds: int = 2) -> Path:
    """An uncompressed WAV (1411 kbps)."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(44100)
        out.writeframes(b"\1\0" * 2 * 44100 * seconds)
    return path


def mp3(path: Path, kbps: int = 128, seconds: int = 3) -> Path:
    """A silent MP3 of whole frames at this rate (MPEG 1 layer III, 44.1 kHz)."""
    rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    head = bytes([0xFF, 0xFB, rates.index(kbps) << 4, 0xC4])
    frame = head + b"\0" * (144 * kbps * 1000 // 44100 - 4)
    path.write_bytes(frame * (seconds * 44100 // 1152))
    return path


def avi(path: Path, kbps: int = 2000, seconds: int = 2, rate: int = 10) -> Path:
    """An AVI of Motion JPEG pictures, padded to about this many kilobits a second."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(out, "JPEG")
    frame = out.getvalue().ljust(kbps * 1000 // 8 // rate, b"\0")
    frame += b"\0" * (len(frame) % 2)
    count = seconds * rate

    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data

    def listed(kind: bytes, data: bytes) -> bytes:
        return chunk(b"LIST", kind + data)

    main = struct.pack("<14I", 1_000_000 // rate, 0, 0, 0x10, count, 0, 1, len(frame), 64, 48, 0, 0, 0, 0)
    stream = b"vidsMJPG" + struct.pack(
        "<IHHIIIIIIII4H", 0, 0, 0, 0, 1, rate, 0, count, len(frame), 0, 0, 0, 0, 64, 48
    )
    form = struct.pack("<IiiHH4sIiiII", 40, 64, 48, 1, 24, b"MJPG", 64 * 48 * 3, 0, 0, 0, 0)
    header = listed(
        b"hdrl", chunk(b"avih", main) + listed(b"strl", chunk(b"strh", stream) + chunk(b"strf", form))
    )
    index = b"".join(
        b"00dc" + struct.pack("<III", 0x10, 4 + n * (len(frame) + 8), len(frame)) for n in range(count)
    )
    body = header + listed(b"movi", chunk(b"00dc", frame) * count) + chunk(b"idx1", index)
    path.write_bytes(chunk(b"RIFF", b"AVI " + body))
    return path


def rich_text(path: Path, data: bytes = b"") -> Path:
    """An RTF, with an object in it when there are data."""
    inner = r"{\object\objemb{\*\objdata " + data.hex() + "}}" if data else ""
    path.write_bytes((r"{\rtf1\ansi\deff0 Xin chao " + inner + "}").encode())
    return path
