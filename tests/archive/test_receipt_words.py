"""What real holders write on a receipt is understood; a changed wording below would show here."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.holders import Target, holders
from archive.receipt_words import receipt_told, understood
from archive.stores.folder import FolderStore
from ingest import quarantine
from search.elasticsearch import ElasticsearchEngine
from search.sqlite import SqliteEngine

NOBODY = Target("c1", "code", ("s1",), ("a/b/v0001.zip",))


def test_every_holder_that_had_nothing_is_understood(house: Path) -> None:
    found = [holder.erase(NOBODY) for holder in holders()]
    assert len(found) == 8  # quarantine, index, media, copies given, backups, three stores
    assert [e for e in found if not all(map(understood, (e.holder, e.what, e.how)))] == []


def test_a_store_and_the_quarantine_that_had_something_are_understood(house: Path) -> None:
    (house / "x").write_bytes(b"words")
    store = FolderStore("kho-a", house)
    store.put("a/b/v0001.zip", house / "x")
    assert understood(store.erase("a/b/v0001.zip"))
    with (house / "x").open("rb") as source:
        quarantine.keep("s1", source, limit=100)
    erased = quarantine.QuarantineHolder().erase(NOBODY)
    assert receipt_told(erased.what, "vi") == "1 tệp, 5 byte"
    assert understood(erased.how)


@pytest.mark.parametrize("engine", [SqliteEngine, ElasticsearchEngine])
def test_how_both_indexes_erase_is_understood(engine: type) -> None:
    assert understood(engine.erasing)
    assert understood("4 index documents (sqlite)")


def test_every_package_a_store_had_is_named() -> None:
    text = "a/v0001.zip, 5 bytes, a/v0002.zip, 7 bytes"
    assert receipt_told(text, "vi") == "gói a/v0001.zip, 5 byte; gói a/v0002.zip, 7 byte"
    assert receipt_told(text, "en") == "package a/v0001.zip, 5 bytes; package a/v0002.zip, 7 bytes"


def test_remains_of_a_version_are_named_too() -> None:
    text = "a/v0001.zip, remains only, a/v0002.zip, 7 bytes, a/v0003.zip, remains only"
    told = "phần còn lại của gói a/v0001.zip; gói a/v0002.zip, 7 byte; phần còn lại của gói a/v0003.zip"
    assert receipt_told(text, "vi") == told


def test_the_end_of_a_lock_is_a_day_of_the_clock_in_viet_nam() -> None:
    text = "not erased: S3 object lock (COMPLIANCE) until 2030-01-01T17:30Z"
    assert receipt_told(text, "vi") == "chưa xóa được: máy chủ S3 còn khóa (COMPLIANCE) đến ngày 02/01/2030"
    assert "2030-01-02" in receipt_told(text, "en")


def test_a_sentence_nobody_knows_is_shown_as_it_is() -> None:
    assert understood("purged by fire") is None
    assert receipt_told("purged by fire", "vi") == "purged by fire"
