"""One member is found in a ZIP's directory as bytes; the standard library agrees on where it is."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from archive.errors import NotFoundError
from archive.packages import directory
from archive.packages.errors import UnreadableError
from archive.packages.facts import PackageFacts
from archive.packages.reader import member_range, open_member
from archive.packages.writer import write


def a_zip(members: dict[str, bytes], comment: bytes = b"", method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = comment
    return stream


def test_every_member_is_where_the_standard_library_says(package: Path) -> None:
    with package.open("rb") as source, zipfile.ZipFile(package) as archive:
        raw = package.read_bytes()
        inside = [name for name in archive.namelist() if name.split("/")[1] == "data"]
        assert len(inside) > 20
        for name in inside:
            offset, length = member_range(source, name.split("/", 3)[3])
            assert raw[offset : offset + length] == archive.read(name)


@pytest.mark.parametrize("comment", [b"", b"PK\x05\x06 not the end", bytes(60_000)])
def test_a_comment_behind_the_directory_does_not_confuse(comment: bytes) -> None:
    source = a_zip({"f/METS.xml": b"m", "f/data/x.pdf": b"12345"}, comment)
    if comment.startswith(b"PK"):
        with pytest.raises(UnreadableError):
            member_range(source, "data/x.pdf")
    else:
        with open_member(source, "data/x.pdf") as stream:
            assert stream.read() == b"12345"


def test_bytes_put_before_the_zip_are_counted() -> None:
    source = io.BytesIO(b"#!/bin/sh\n" + a_zip({"f/x.pdf": b"12345"}).getvalue())
    offset, length = member_range(source, "x.pdf")
    assert source.getvalue()[offset : offset + length] == b"12345"


def test_many_members_and_their_zip64_record_are_understood(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(66_000):
            archive.writestr(f"f/data/{number}", str(number))
    with (tmp_path / "many.zip").open("rb") as source:
        for number in (0, 41_000, 65_999):
            with open_member(source, f"data/{number}") as stream:
                assert stream.read() == str(number).encode()
        with pytest.raises(NotFoundError):
            open_member(source, "data/66000")


def test_a_member_beyond_four_gigabytes_is_found(tmp_path: Path) -> None:
    path, name, far = tmp_path / "large.zip", b"f/data/x.pdf", 5 << 30
    with path.open("wb") as stream:
        stream.seek(far)  # a hole: costs no disk
        stream.write(directory.LOCAL.pack(b"PK\3\4", 45, 0, 0, 0, 0, 0, 5, 5, len(name), 0) + name + b"12345")
        start = stream.tell()
        extra = struct.pack("<HHQ", 1, 8, far)
        full = directory.FULL32
        stream.write(
            directory.ENTRY.pack(
                b"PK\1\2", 45, 45, 0, 0, 0, 0, 0, 5, 5, len(name), len(extra), 0, 0, 0, 0, full
            )
        )
        stream.write(name + extra)
        end = stream.tell()
        stream.write(directory.END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - start, start))
        stream.write(directory.LOCATOR64.pack(b"PK\6\7", 0, end, 1))
        stream.write(directory.END.pack(b"PK\5\6", 0, 0, 1, 1, end - start, full, 0))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(name.decode()).header_offset == far  # the library agrees that this is a ZIP
    with path.open("rb") as source:
        offset, length = member_range(source, "data/x.pdf")
        assert offset > far
        source.seek(offset)
        assert source.read(length) == b"12345"


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"f/data/x.pdf": b""}, "x.pdf"),
        ({"f/x.pdf.bak": b""}, "x.pdf"),
        ({"f/ax.pdf": b""}, "x.pdf"),
        ({"f/x.pdf": b""}, ""),
        ({"f/x.pdf": b""}, "f/x.pdf"),
        ({"f/x.pdf": b""}, "\ud800"),
    ],
)
def test_a_name_that_only_ends_alike_is_not_found(members: dict[str, bytes], path: str) -> None:
    with pytest.raises(NotFoundError):
        member_range(a_zip(members), path)


def test_a_name_that_could_mean_two_members_is_refused() -> None:
    with pytest.raises(UnreadableError, match="2 times"):
        member_range(a_zip({"a/x.pdf": b"1", "b/x.pdf": b"2"}), "x.pdf")


def test_a_compressed_member_has_no_byte_range() -> None:
    with pytest.raises(UnreadableError, match="compressed"):
        member_range(a_zip({"f/x.pdf": bytes(1000)}, method=zipfile.ZIP_DEFLATED), "x.pdf")


def test_noise_is_unreadable_and_never_another_error(package: Path) -> None:
    raw = bytearray(package.read_bytes()[-4000:])
    chance = random.Random(7)
    for _ in range(300):
        noisy = bytearray(raw)
        for _ in range(chance.randint(1, 20)):
            noisy[chance.randrange(len(noisy))] = chance.randrange(256)
        source: BinaryIO = io.BytesIO(noisy[chance.randrange(200) :])
        with pytest.raises((UnreadableError, NotFoundError)):
            member_range(source, "representations/original/data/0001/none.pdf")


def test_a_package_of_two_to_four_gibibytes_is_read_by_document(
    usual: PackageFacts, schemas: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python writes a ZIP64 end record from 2 GiB on, while its numbers still fit the old one; here from 150 kB.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 150_000)
    written = write(usual, tmp_path / "p.zip", schemas=schemas)
    component = usual.records[0].components[0]
    with written.path.open("rb") as source, open_member(source, component.path) as member:
        assert hashlib.sha256(member.read()).hexdigest() == component.sha256
