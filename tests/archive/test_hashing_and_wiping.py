"""Hashes are those of the whole bytes; what is wiped is overwritten on the disk before its name goes."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from archive.hashing import CHUNK, Copied, hashed_copy, sha256_of, sha256_of_file
from archive.wiping import Wiped, wipe_file, wipe_folder

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7]


@pytest.mark.parametrize("size", SIZES)
def test_stream_file_and_copy_agree_with_the_hash_of_the_whole(tmp_path: Path, size: int) -> None:
    data = (b"bien ban " * (size // 9 + 1))[:size]
    wanted = hashlib.sha256(data).hexdigest()
    (tmp_path / "x").write_bytes(data)
    sink = io.BytesIO()
    assert sha256_of(io.BytesIO(data)) == sha256_of_file(tmp_path / "x") == wanted
    assert hashed_copy(io.BytesIO(data), sink) == Copied(size, wanted)
    assert sink.getvalue() == data


def test_a_stream_is_hashed_from_where_it_stands() -> None:
    stream = io.BytesIO(b"abcdef")
    stream.seek(3)
    assert sha256_of(stream) == hashlib.sha256(b"def").hexdigest()


def test_the_hash_of_nothing_is_the_one_fips_180_gives() -> None:
    assert sha256_of(io.BytesIO()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("limit", [0, CHUNK - 1, CHUNK, 2 * CHUNK])
def test_a_copy_writes_nothing_behind_its_limit_and_shows_that_there_was_more(limit: int) -> None:
    sink = io.BytesIO()
    copied = hashed_copy(io.BytesIO(bytes(4 * CHUNK)), sink, limit=limit)
    assert copied.size > limit
    assert len(sink.getvalue()) <= limit


def test_a_copy_as_long_as_its_limit_is_whole() -> None:
    sink = io.BytesIO()
    assert hashed_copy(io.BytesIO(b"x" * 10), sink, limit=10).size == len(sink.getvalue()) == 10


@pytest.mark.parametrize("size", SIZES)
def test_every_byte_of_a_wiped_file_is_overwritten(tmp_path: Path, size: int) -> None:
    path, beside = tmp_path / "secret", tmp_path / "same-blocks"
    path.write_bytes(b"M" * size)
    beside.hardlink_to(path)  # the disk's own view of the same bytes
    assert wipe_file(path) == size
    assert not path.exists()
    assert beside.read_bytes() == bytes(size)


def test_a_wiped_folder_takes_its_links_along_but_not_what_they_point_to(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(b"kept")
    place = tmp_path / "place"
    (place / "deep").mkdir(parents=True)
    (place / "deep" / "one").write_bytes(b"12345")
    (place / "two").write_bytes(b"678")
    (place / "to-file").symlink_to(outside / "kept")
    (place / "to-folder").symlink_to(outside)
    assert wipe_folder(place) == Wiped(files=2, size=8)
    assert not place.exists()
    assert (outside / "kept").read_bytes() == b"kept"


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert wipe_folder(tmp_path / "nowhere") == Wiped(files=0, size=0)
