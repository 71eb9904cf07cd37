"""One small file into every store: all at the same time, and what one store says keeps none of the others."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier

import pytest

from archive.errors import AlreadyStoredError, TemporaryError
from archive.ledger.spread import spread
from archive.stores.folder import FolderStore
from archive.stores.interface import Stored


def folder_store(house: Path, name: str) -> FolderStore:
    (house / name).mkdir()
    return FolderStore(name, house / name)


def test_every_store_is_written_at_the_same_time(house: Path) -> None:
    together = Barrier(3)

    class Waiting(FolderStore):
        def put(self, name: str, source: Path) -> Stored:
            together.wait(timeout=30)  # breaks when they go one after another
            return super().put(name, source)

    places = [Waiting(name, folder_store(house, name)._root) for name in ("a", "b", "c")]
    spread(places, "_ledger/x", b"line")
    assert [store.open("_ledger/x").read() for store in places] == [b"line"] * 3


def test_one_that_is_away_keeps_none_of_the_others_and_all_away_is_told(house: Path) -> None:
    away, there = FolderStore("away", house / "away"), folder_store(house, "there")
    spread([away, there], "_ledger/x", b"line")
    assert there.size("_ledger/x") == 4
    with pytest.raises(TemporaryError, match="no store took _ledger/y"):
        spread([away, FolderStore("too", house / "too")], "_ledger/y", b"line")


def test_other_bytes_in_one_store_are_told_by_its_name(house: Path) -> None:
    one, other = folder_store(house, "one"), folder_store(house, "other")
    spread([other], "_ledger/x", b"another line")
    with pytest.raises(AlreadyStoredError, match="store other holds another _ledger/x"):
        spread([one, other], "_ledger/x", b"line")
    assert other.open("_ledger/x").read() == b"another line"
