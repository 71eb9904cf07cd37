"""No ZIP writes outside its folder, fills the disk, or takes the reader down: each is refused with a code."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sip_builders import zip_bytes

from ingest.checks.catalogue import rules
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.gateway.unzip import unpack
from ingest.gateway.zip_directory import check_directory

SMALL = Limits(package_bytes=40 << 20, files=50, ratio=100, name=200, nesting=2, message_bytes=30 << 20)


def raw(*entries: tuple[str, bytes], mode: int = 0) -> bytes:
    """Return a ZIP with exactly these names, in this order, repeated ones too."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name, data in entries:
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.external_attr = mode << 16
            sink.writestr(info, data, compress_type=zipfile.ZIP_DEFLATED)
    return target.getvalue()


def encrypted() -> bytes:
    """Set the encryption flag in both headers."""
    data = bytearray(raw(("a.txt", b"x" * 100)))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying(size: int) -> bytes:
    """Declare another unpacked size than the true one, in both headers."""
    data = bytearray(raw(("a.txt", os.urandom(1000))))
    struct.pack_into("<I", data, 22, size)
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, size)
    return bytes(data)


def nested(depth: int) -> bytes:
    inner = zip_bytes({"core.txt": b"x"})
    for _ in range(depth):
        inner = zip_bytes({"inner.zip": inner})
    return inner


def nested_bomb() -> bytes:
    return zip_bytes({"outer.zip": zip_bytes({"zeros": bytes(30 << 20)})})


def many_nested() -> bytes:
    """Each archive in it is small and holds one more of 15 MB; together they would be unpacked for long."""
    inner = zip_bytes({"b": os.urandom(1 << 20) + bytes(14 << 20)})
    return zip_bytes({f"{n}.zip": zip_bytes({"inner.zip": inner + bytes(15 << 20)}) for n in range(4)})


def directory_inside(entries: int) -> bytes:
    """An archive in the archive whose directory has more entries than may be."""
    return zip_bytes({"inner.zip": raw(*((f"{n}", b"") for n in range(entries)))})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs out": (lambda: raw(("../evil.txt", b"x")), "SIP_UNSAFE_NAME"),
    "climbs out inside": (lambda: raw(("a/../../evil.txt", b"x")), "SIP_UNSAFE_NAME"),
    "absolute": (lambda: raw(("/etc/passwd", b"x")), "SIP_UNSAFE_NAME"),
    "drive letter": (lambda: raw(("C:/evil.txt", b"x")), "SIP_UNSAFE_NAME"),
    "backslashes": (lambda: raw(("..\\evil.txt", b"x")), "SIP_UNSAFE_NAME"),
    "dot segment": (lambda: raw(("a/./b.txt", b"x")), "SIP_UNSAFE_NAME"),
    "empty segment": (lambda: raw(("a//b.txt", b"x")), "SIP_UNSAFE_NAME"),
    "line break in a name": (lambda: raw(("a\nb.txt", b"x")), "SIP_UNSAFE_NAME"),
    "symbolic link": (lambda: raw(("a", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "SIP_UNSAFE_NAME"),
    "device": (lambda: raw(("a", b""), mode=stat.S_IFCHR | 0o600), "SIP_UNSAFE_NAME"),
    "300 characters": (lambda: raw(("a" * 300, b"x")), "SIP_UNSAFE_NAME"),
    "same name twice": (lambda: raw(("a.txt", b"1"), ("a.txt", b"2")), "SIP_NAME_CLASH"),
    "same but for case": (lambda: raw(("a.txt", b"1"), ("A.TXT", b"2")), "SIP_NAME_CLASH"),
    "same but for Unicode form": (lambda: raw(("Bá.txt", b"1"), ("Ba\u0301.txt", b"2")), "SIP_NAME_CLASH"),
    "file and folder": (lambda: raw(("a", b"1"), ("a/b", b"2")), "SIP_NAME_CLASH"),
    "too many": (lambda: raw(*((f"{n}.txt", b"") for n in range(51))), "SIP_TOO_MANY_FILES"),
    "too large unpacked": (lambda: raw(("a", bytes(41 << 20))), "SIP_TOO_LARGE"),
    "flat bomb": (lambda: raw(("a", bytes(30 << 20))), "SIP_BOMB"),
    "one member a bomb": (lambda: raw(("r", os.urandom(1 << 20)), ("a", bytes(30 << 20))), "SIP_BOMB"),
    "nested bomb": (nested_bomb, "SIP_BOMB"),
    "nested too deep": (lambda: nested(3), "SIP_NESTED"),
    "nested, and harmless one by one": (many_nested, "SIP_BOMB"),
    "a long directory inside": (lambda: directory_inside(51), "SIP_BOMB"),
    "encrypted": (encrypted, "SIP_ENCRYPTED"),
    "truncated": (lambda: raw(("a", os.urandom(5000)))[:3000], "SIP_ZIP_BROKEN"),
    "no ZIP at all": (lambda: b"%PDF-1.4 not a zip" * 50, "SIP_ZIP_BROKEN"),
    "empty file": (lambda: b"", "SIP_ZIP_BROKEN"),
    "longer than it says": (lambda: lying(10), "SIP_ZIP_BROKEN"),
    "shorter than it says": (lambda: lying(5000), "SIP_ZIP_BROKEN"),
    "damaged in the middle": (lambda: raw(("a", b"x" * 9000)).replace(b"\xed", b"\xee", 1), "SIP_ZIP_BROKEN"),
    "unknown packing method": (
        lambda: raw(("a", b"x")).replace(b"\x08\x00", b"\x63\x00"),
        "SIP_ZIP_BROKEN",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_zip_is_refused_with_its_code(name: str, tmp_path: Path) -> None:
    make, code = HOSTILE[name]
    archive = tmp_path / "package.zip"
    archive.write_bytes(make())
    before = set(tmp_path.rglob("*"))
    with pytest.raises(UnreadableDeliveryError) as raised:
        unpack(archive, tmp_path / "in", SMALL)
    assert raised.value.code == code
    assert code in rules()
    made = set(tmp_path.rglob("*")) - before
    assert all(tmp_path / "in" in (path, *path.parents) for path in made)


def test_a_directory_of_millions_is_refused_before_it_is_read(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, 25 << 20, 0, 0)
    archive.write_bytes(bytes(25 << 20) + end)
    with pytest.raises(UnreadableDeliveryError) as raised:
        unpack(archive, tmp_path / "in", SMALL)
    assert raised.value.code == "SIP_TOO_MANY_FILES"


def test_entries_are_counted_in_the_bytes_and_not_by_what_the_end_says(tmp_path: Path) -> None:
    """The end record says two entries; zipfile would make an object of every one it finds."""
    data = bytearray(raw(*((f"{n}", b"") for n in range(51))))
    struct.pack_into("<HH", data, data.rfind(b"PK\x05\x06") + 8, 2, 2)
    stream = io.BytesIO(data)
    with pytest.raises(UnreadableDeliveryError) as raised:
        check_directory(stream, len(data), SMALL, "x.zip")
    assert raised.value.code == "SIP_TOO_MANY_FILES"
    check_directory(stream, len(data), Limits(files=51), "x.zip")


def test_a_zip_larger_than_a_message_may_be_is_not_opened(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(bytes(2000))
    with pytest.raises(UnreadableDeliveryError) as raised:
        unpack(archive, tmp_path / "in", Limits(message_bytes=1999))
    assert raised.value.code == "SIP_TOO_LARGE"


@pytest.mark.parametrize(
    "inner",
    [
        {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"},
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": bytes(5 << 20)},
    ],
)
def test_office_documents_are_no_nested_archives(inner: dict[str, bytes], tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(zip_bytes({"a.zip": zip_bytes({"b.zip": zip_bytes({"c.docx": zip_bytes(inner)})})}))
    assert [one.name for one in unpack(archive, tmp_path / "in", SMALL)] == ["a.zip"]


def test_vietnamese_names_without_the_utf8_flag_are_read(tmp_path: Path) -> None:
    data = raw(("Báo cáo.pdf", b"x"))
    flagged = bytearray(data)
    flagged[6:8] = b"\0\0"
    at = data.find(b"PK\x01\x02")
    flagged[at + 8 : at + 10] = b"\0\0"
    archive = tmp_path / "package.zip"
    archive.write_bytes(flagged)
    assert [one.name for one in unpack(archive, tmp_path / "in", SMALL)] == ["Báo cáo.pdf"]


def test_files_get_names_of_ours_and_their_hash(tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    archive.write_bytes(raw(("dir/", b""), ("dir/Quyết định.pdf", b"abc")))
    (one,) = unpack(archive, tmp_path / "in", SMALL)
    assert one.path == tmp_path / "in" / "0001" and one.path.read_bytes() == b"abc"
    assert one.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
