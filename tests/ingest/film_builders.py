"""Films and sounds made byte by byte, as far as PRONOM and MediaInfo read them: MPEG-4, Windows Media, QuickTime, WAV.

No frame in them can be shown: nothing here plays them, and no encoder is installed where tests run.
"""

from __future__ import annotations

import struct
from pathlib import Path
from uuid import UUID

SIDE = (64, 48)
RATE = 10  # pictures a second


def _box(kind: bytes, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">I", 8 + len(data)) + kind + data


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags), *parts)


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
PARAMETERS = b"\x01\x42\xc0\x1e\xff\xe1\0\x08\x67\x42\xc0\x1e\xd9\x04\x11\x90\x01\0\x04\x68\xce\x3c\x80"
"""Of H.264: the configuration record of a baseline film, from ISO/IEC 14496-15."""


def mp4(
    path: Path, kbps: int = 2000, seconds: int = 2, *, brand: bytes = b"isom", codec: bytes = b"avc1"
) -> Path:
    """A film in the ISO container (ISO/IEC 14496-12): MPEG-4, or QuickTime by the brand `qt  `."""
    count = seconds * RATE
    frame = kbps * 1000 // 8 // RATE
    wide, high = SIDE
    entry = _box(
        codec,
        b"\0" * 6 + struct.pack(">H", 1) + b"\0" * 16,
        struct.pack(">HHIIIH", wide, high, 0x480000, 0x480000, 0, 1) + b"\0" * 32,
        struct.pack(">Hh", 24, -1),
        _box(b"avcC", PARAMETERS) if codec == b"avc1" else b"",
    )
    kinds = _box(b"ftyp", brand, struct.pack(">I", 512), brand if brand == b"qt  " else b"isommp42")
    start = len(kinds) + 8
    table = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), entry),
        _full(b"stts", struct.pack(">III", 1, count, 1000 // RATE)),
        _full(b"stsc", struct.pack(">IIII", 1, 1, count, 1)),
        _full(b"stsz", struct.pack(">II", frame, count)),
        _full(b"stco", struct.pack(">II", 1, start)),
    )
    place = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))
    media = _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">IIIIHH", 0, 0, 1000, seconds * 1000, 0x55C4, 0)),
        _full(b"hdlr", b"\0\0\0\0vide" + b"\0" * 13),
        _box(b"minf", _full(b"vmhd", b"\0" * 8, flags=1), place, table),
    )
    track = _box(
        b"trak",
        _full(b"tkhd", struct.pack(">IIIII", 0, 0, 1, 0, seconds * 1000) + b"\0" * 16, MATRIX,
              struct.pack(">II", wide << 16, high << 16), flags=7),
        media,
    )  # fmt: skip
    film = _box(
        b"moov",
        _full(b"mvhd", struct.pack(">IIIIIH", 0, 0, 1000, seconds * 1000, 0x10000, 0x100) + b"\0" * 10,
              MATRIX, b"\0" * 24, struct.pack(">I", 2)),
        track,
    )  # fmt: skip
    path.write_bytes(kinds + _box(b"mdat", b"\0" * (frame * count)) + film)
    return path


def mov(path: Path) -> Path:
    """A QuickTime film."""
    return mp4(path, brand=b"qt  ")


def wmv(path: Path, kbps: int = 2000, codec: bytes = b"WMV3") -> Path:
    """A film in Microsoft's Advanced Systems Format."""
    wide, high = SIDE
    bitmap = struct.pack("<IiiHH4sIiiII", 44, wide, high, 1, 24, codec, 0, 0, 0, 0, 0) + b"\x4e\0\0\0"
    specific = struct.pack("<IIBH", wide, high, 2, len(bitmap)) + bitmap
    return _asf(path, "bc19efc0-5b4d-11cf-a8fd-00805f5c442b", specific, kbps)


def wma(path: Path, kbps: int = 128, tag: int = 0x161) -> Path:
    """A sound in the same container, Windows Media Audio 2 unless another tag is given."""
    wave = struct.pack("<HHIIHHH", tag, 2, 44100, kbps * 125, 2230, 16, 10) + b"\0" * 10
    return _asf(path, "f8699e40-5b4d-11cf-a8fd-00805f5c442b", wave, kbps)


def asf_of_nothing(path: Path) -> Path:
    """The same container with no stream in it."""
    return _asf(path, "", b"", 128)


def _object(guid: str, data: bytes) -> bytes:
    return UUID(guid).bytes_le + struct.pack("<Q", 24 + len(data)) + data


def _asf(path: Path, kind: str, specific: bytes, kbps: int, seconds: int = 2) -> Path:
    packet, name = 2000, UUID(int=7).bytes_le
    count = kbps * 125 * seconds // packet
    length = seconds * 10_000_000
    sized = struct.pack("<QQQQQQ", 0, 0, count, length, length, 0) + struct.pack(
        "<IIII", 2, packet, packet, kbps * 1000
    )
    objects = [
        _object("8cabdca1-a947-11cf-8ee4-00c00c205365", name + sized),
        _object(
            "5fbf03b5-a92e-11cf-8ee3-00c00c205365",
            UUID("abd3d211-a9ba-11cf-8ee6-00c00c205365").bytes_le + struct.pack("<HI", 6, 0),
        ),
    ]
    if kind:
        stream = UUID(kind).bytes_le + UUID("20fb5700-5b55-11cf-a8fd-00805f5c442b").bytes_le
        stream += struct.pack("<QIIHI", 0, len(specific), 0, 1, 0) + specific
        objects.append(_object("b7dc0791-a9b7-11cf-8ee6-00c00c205365", stream))
    header = struct.pack("<IBB", len(objects), 1, 2) + b"".join(objects)
    packets = name + struct.pack("<QH", count, 0x0101) + b"\0" * (packet * count)
    path.write_bytes(
        _object("75b22630-668e-11cf-a6d9-00aa0062ce6c", header)
        + _object("75b22636-668e-11cf-a6d9-00aa0062ce6c", packets)
    )
    return path


def compressed_wave(path: Path, tag: int = 2, seconds: int = 2) -> Path:
    """A WAV whose samples are squeezed (tag 2: Microsoft ADPCM, four bits each), 352 kbps."""
    align, rate = 2048, 44_100
    held = align - 12  # samples of each of the two channels in a block
    form = struct.pack("<HHIIHHHH", tag, 2, rate, rate * align // held, align, 4, 32, held)
    form += struct.pack("<H14h", 7, 256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)
    data = b"\0" * (align * (rate * seconds // held))

    def chunk(kind: bytes, inner: bytes) -> bytes:
        return kind + struct.pack("<I", len(inner)) + inner

    fact = chunk(b"fact", struct.pack("<I", rate * seconds))
    path.write_bytes(chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", form) + fact + chunk(b"data", data)))
    return path
