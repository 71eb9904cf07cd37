"""Quarantine keeps bytes whole, refuses what is too large, and wipes what must not stay."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import TemporaryError
from archive.holders import Target
from archive.wiping import Wiped
from ingest import quarantine
from ingest.errors import IngestError


def test_what_arrives_is_kept_byte_for_byte_with_its_hash(house: Path) -> None:
    data = b"quyet dinh" * 300_000
    kept = quarantine.keep("s1", io.BytesIO(data), limit=10**9)
    assert quarantine.raw("s1").read_bytes() == data
    assert (kept.size, kept.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("size, fits", [(99, True), (100, True), (101, False)])
def test_the_limit_is_the_largest_size_that_fits(house: Path, size: int, fits: bool) -> None:
    if fits:
        assert quarantine.keep("s1", io.BytesIO(b"x" * size), limit=100).size == size
        return
    with pytest.raises(IngestError, match="larger than 100 bytes"):
        quarantine.keep("s1", io.BytesIO(b"x" * size), limit=100)
    assert not quarantine.folder("s1").exists()


def test_a_disk_that_cannot_be_written_is_a_temporary_error(house: Path) -> None:
    (house / "archive").mkdir(exist_ok=True)
    (house / "archive" / "quarantine").write_text("a file where the folder should be")
    with pytest.raises(TemporaryError, match="cannot be written"):
        quarantine.keep("s1", io.BytesIO(b"x"), limit=100)


def test_wiping_overwrites_before_it_removes(house: Path) -> None:
    quarantine.keep("s1", io.BytesIO(b"TOI MAT" * 1000), limit=10**6)
    (quarantine.work("s1") / "page.txt").write_bytes(b"TOI MAT")
    second_name = house / "same-bytes"
    second_name.hardlink_to(quarantine.raw("s1"))  # the disk's own view of the same bytes
    assert quarantine.wipe("s1") == Wiped(files=2, size=7007)
    assert not quarantine.folder("s1").exists()
    assert second_name.read_bytes() == bytes(7000)


def test_the_holder_says_what_it_had_and_that_it_is_gone(house: Path) -> None:
    quarantine.keep("s1", io.BytesIO(b"x" * 10), limit=100)
    target = Target("c1", "code", ("s1", "s2"), ())
    first, second = quarantine.QuarantineHolder().erase(target), quarantine.QuarantineHolder().erase(target)
    assert (first.what, first.gone, second.what, second.gone) == ("1 files, 10 bytes", True, "nothing", True)
    assert first.at <= datetime.now(UTC)
