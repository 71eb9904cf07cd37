"""A file out of the quarantine is what was judged, whole or by range, or it is not given at all."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import DamagedError, NotFoundError, TemporaryError
from ingest import quarantine
from ingest.delivery import FileFacts
from ingest.formats.names import name_of
from ingest.held_files import Held, HeldFile

BYTES = bytes(range(256)) * 1000


@pytest.fixture
def held(house: Path) -> HeldFile:
    place = quarantine.work("one") / "1.pdf"
    place.write_bytes(BYTES)
    digest = hashlib.sha256(BYTES).hexdigest()
    return HeldFile("one", 1, 1, Held.PDFA, "1.pdf", "application/pdf", len(BYTES), digest, place)


def test_it_is_given_whole_and_by_range_in_small_pieces(held: HeldFile) -> None:
    pieces = list(held.chunks())
    assert b"".join(pieces) == BYTES
    assert max(map(len, pieces)) <= 64 * 1024
    assert b"".join(held.chunks(1000, 7)) == BYTES[1000:1007]
    assert b"".join(held.chunks(len(BYTES) - 3)) == BYTES[-3:]


def test_other_bytes_are_found_before_the_first_leaves(held: HeldFile) -> None:
    held.path.write_bytes(BYTES[:-1] + b"\0")
    with pytest.raises(DamagedError):
        held.chunks()


def test_another_size_is_found_also_for_a_range(held: HeldFile) -> None:
    held.path.write_bytes(BYTES + b"more")
    with pytest.raises(DamagedError):
        held.chunks(10, 10)


def test_what_left_the_quarantine_is_not_there(held: HeldFile) -> None:
    quarantine.wipe("one")
    with pytest.raises(NotFoundError):
        held.chunks()


def test_a_link_is_not_followed(held: HeldFile, house: Path) -> None:
    other = house / "other"
    other.write_bytes(BYTES)
    held.path.unlink()
    held.path.symlink_to(other)
    with pytest.raises(TemporaryError):
        held.chunks()


def test_a_place_outside_the_quarantine_is_not_opened(held: HeldFile, house: Path) -> None:
    other = house / "1.pdf"
    other.write_bytes(BYTES)
    with pytest.raises(NotFoundError):
        replace(held, path=other).chunks()
    with pytest.raises(NotFoundError):
        replace(held, path=quarantine.home() / "one" / ".." / ".." / ".." / "1.pdf").chunks()


def test_what_is_no_plain_file_is_not_read(held: HeldFile) -> None:
    held.path.unlink()
    held.path.mkdir()
    with pytest.raises((DamagedError, TemporaryError)):
        held.chunks()


def test_a_pipe_does_not_make_the_reader_wait(held: HeldFile) -> None:
    held.path.unlink()
    os.mkfifo(held.path)
    with pytest.raises(DamagedError):
        held.chunks()


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (FileFacts("", "fmt/276", "application/pdf", (), pdf_version="1.7"), "PDF 1.7"),
        (
            FileFacts("", "fmt/477", "application/pdf", (), pdf_version="1.7", claims="2B"),
            "PDF 1.7, PDF/A-2b",
        ),
        (FileFacts("", "fmt/40", "application/msword", ()), "Word (.doc)"),
        (FileFacts("", "UNKNOWN", "application/octet-stream", ()), ""),
        (FileFacts("", "fmt/999", "application/x-odd", ()), "application/x-odd"),
    ],
)
def test_a_format_has_a_name_people_know(facts: FileFacts, name: str) -> None:
    assert name_of(facts) == name
