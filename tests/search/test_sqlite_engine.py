"""What only the embedded engine must do: its files, its locks, its several processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from search_contract import a_record, found

from archive.errors import TemporaryError
from search.errors import NotErasedError, SearchError
from search.sqlite import SqliteEngine


def bytes_of(engine: SqliteEngine) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(engine.path.parent.glob("search.db*")))


def test_the_words_of_an_erased_case_file_are_in_none_of_the_files(sqlite_engine: SqliteEngine) -> None:
    sqlite_engine.index([a_record(f"k{n}", f"Phí {n}", "lời văn thường " * 40) for n in range(40)])
    # Described words are kept as they are; words of a text at least in the full-text index.
    sqlite_engine.index([a_record("gone", "Hồ sơ Zqxtiêuđề", "zqxnộidung mật thiết", case_file_id="hs")])
    before = bytes_of(sqlite_engine)
    assert "Zqxtiêuđề".encode() in before
    assert b"qxnoidung" in before
    assert sqlite_engine.erase("hs") == 1
    after = bytes_of(sqlite_engine)
    for word in ("Zqxtiêuđề", "zqxnộidung", "qxtieude", "qxnoidung"):
        assert word.encode() not in after, word
    assert sqlite_engine.count() == 40


def test_words_replaced_long_before_are_gone_after_the_erasure_too(sqlite_engine: SqliteEngine) -> None:
    sqlite_engine.index([a_record("gone", "Zqxold", case_file_id="hs")])
    sqlite_engine.replace("hs", [a_record("gone", "Zqxnew", case_file_id="hs")])
    sqlite_engine.index([a_record("k", "Phí")])
    assert sqlite_engine.erase("hs") == 1
    for word in (b"Zqxold", b"qxold", b"Zqxnew", b"qxnew"):
        assert word not in bytes_of(sqlite_engine), word


def test_an_erasure_while_a_reader_holds_the_log_says_it_is_not_done(
    sqlite_engine: SqliteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_engine.index([a_record("gone", "Zqxold", case_file_id="hs")])
    monkeypatch.setattr("search.sqlite.CHECKPOINT_MS", 50)
    reader = sqlite3.connect(sqlite_engine.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM document").fetchone()
    with pytest.raises(NotErasedError):
        sqlite_engine.erase("hs")
    reader.close()
    assert sqlite_engine.erase("hs") == 0
    assert b"qxold" not in bytes_of(sqlite_engine)


def test_a_file_that_is_no_index_asks_to_be_deleted(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    path.write_bytes(b"this is not a database, it is only text " * 100)
    with pytest.raises(SearchError, match="index rebuild"):
        SqliteEngine(path).count()


def test_an_index_of_another_version_asks_for_a_rebuild_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    engine = SqliteEngine(path)
    with pytest.raises(SearchError, match="index rebuild"):
        engine.count()
    engine.refill([a_record("r", "Phí")])
    assert engine.count() == 1


def test_a_folder_that_cannot_be_made_is_a_temporary_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TemporaryError):
        SqliteEngine(tmp_path / "file" / "search.db").count()


def test_a_deleted_index_is_made_again(sqlite_engine: SqliteEngine) -> None:
    sqlite_engine.index([a_record("r", "Phí")])
    for path in sqlite_engine.path.parent.glob("search.db*"):
        path.unlink()
    assert sqlite_engine.count() == 0
    sqlite_engine.index([a_record("r", "Phí")])
    assert found(sqlite_engine, "phi") == ["r"]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from search_contract import a_record
from search.sqlite import SqliteEngine
engine = SqliteEngine(Path(sys.argv[2]))
for n in range(25):
    engine.replace(f"hs{sys.argv[3]}-{n}", [a_record(f"{sys.argv[3]}-{n}", "Phí")])
"""


def test_several_processes_write_at_the_same_time_from_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "search.db"
    here = str(Path(__file__).parent)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, here, str(path), str(n)]) for n in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    engine = SqliteEngine(path)
    assert engine.count() == 75
    assert len(found(engine, "phi", size=100)) == 75
