"""The embedded engine: SQLite FTS5 in one file, good to about 100,000 documents.

The table `words` holds folded words only, made by `search.vietnamese`, so that what is indexed, asked and
highlighted agree by construction. SQLite ranks (bm25); the first `RERANK` hits are ranked again here: own
codes first, then words with the accents as typed. Originals are kept compressed for highlights.

Erasing (design section 5): rows are deleted with `secure_delete`, the full-text index is merged so that no
old segment keeps the words, and the write-ahead log is emptied; a test reads the files' bytes afterwards.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from search.document import IndexDocument
from search.errors import EngineDownError, NotErasedError, OutdatedIndexError, SearchError
from search.highlight import fragments, marked
from search.order import Order, code_order, title_key
from search.request import FACETS, Found, Hits, Request
from search.sqlite_query import ORDERS, where
from search.vietnamese import Unit, code_key, code_parts, exact, folded_words

VERSION = 2
RERANK = 200
RERANK_TEXT = 20_000  # characters of a text looked at for accents; titles are looked at whole
CHECKPOINT_MS = 10_000  # how long an erasure waits for readers before it says that it is not done
WEIGHTS = (10.0, 6.0, 8.0, 3.0, 1.0)  # code, alias, title, other, body

TABLES = (
    """CREATE TABLE IF NOT EXISTS document (
        rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_file_id TEXT NOT NULL, kind TEXT NOT NULL,
        agency TEXT NOT NULL, fonds TEXT NOT NULL, access TEXT NOT NULL, regime TEXT NOT NULL,
        year INTEGER NOT NULL, type TEXT NOT NULL, date TEXT NOT NULL, stored_at TEXT NOT NULL,
        code_key TEXT NOT NULL, code_order TEXT NOT NULL, title_key TEXT NOT NULL,
        facts TEXT NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS document_case_file ON document (case_file_id)",
    "CREATE INDEX IF NOT EXISTS document_code ON document (code_key)",
    "CREATE INDEX IF NOT EXISTS document_newest ON document (stored_at DESC, date DESC, id)",
    """CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
        code, alias, title, other, body, tokenize = "unicode61 remove_diacritics 2")""",
)


@dataclass(frozen=True)
class _Candidate:
    rowid: int
    rank: float  # bm25: the smaller the better
    document: IndexDocument


class SqliteEngine:
    """The index in one SQLite file; any number of processes may read and write it."""

    name = "sqlite"
    erasing = (
        "clear: rows overwritten with zeros (secure_delete), full-text index merged, write-ahead log emptied"
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = False

    @contextmanager
    def _open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        except sqlite3.Error as error:
            raise EngineDownError(f"search index {self.path}", str(error)) from error
        try:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA synchronous=NORMAL")
            if write:
                connection.execute("BEGIN IMMEDIATE")
            yield connection
            if write:
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            # Locked, disk full, file gone: the same call may succeed later.
            raise EngineDownError(f"search index {self.path}", str(error)) from error
        except sqlite3.DatabaseError as error:
            raise SearchError(
                f"search index {self.path} is damaged ({error}): delete it, then run `tangthu index rebuild`"
            ) from error
        finally:
            connection.close()  # rolls back what was not committed

    def ensure(self) -> None:
        """Make the file and its tables if they are not there."""
        if self._ready and self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EngineDownError(f"search index {self.path}", str(error)) from error
        with self._open() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise OutdatedIndexError(
                    f"search index {self.path} has version {version}, this program knows {VERSION}: "
                    "run `tangthu index rebuild`"
                )
            connection.execute("PRAGMA journal_mode=WAL")
        if version == 0:
            with self._open(write=True) as connection:
                self._make(connection)
        self._ready = True

    def _make(self, connection: sqlite3.Connection) -> None:
        for statement in TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")

    def _clear(self, connection: sqlite3.Connection) -> None:
        for name in ("words", "document"):
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        self._make(connection)

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put documents in, replacing those with the same id, in one transaction."""
        self.ensure()
        with self._open(write=True) as connection:
            return self._put(connection, documents)

    def _put(self, connection: sqlite3.Connection, documents: Iterable[IndexDocument]) -> int:
        number = 0
        for doc in documents:
            self._take(connection, "id = ?", doc.id)
            row = connection.execute(
                "INSERT INTO document (id, case_file_id, kind, agency, fonds, access, regime, year, type,"
                " date, stored_at, code_key, code_order, title_key, facts, body)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    *(doc.id, doc.case_file_id, doc.kind, doc.agency, doc.fonds, doc.access, doc.regime),
                    *(doc.year, doc.type, doc.date, doc.stored_at),
                    *(code_key(doc.code), code_order(doc.code), title_key(doc.title)),
                    json.dumps(replace(doc, text="").facts(), ensure_ascii=False),
                    zlib.compress(doc.text.encode(), 3),
                ),
            )
            other = " ".join((doc.type, doc.organ, doc.agency_name, doc.extra))
            texts = (doc.code, " . ".join(doc.aliases), doc.title, other, doc.text)
            connection.execute(
                "INSERT INTO words (rowid, code, alias, title, other, body) VALUES (?,?,?,?,?,?)",
                (row.lastrowid, *(folded_words(text) for text in texts)),
            )
            number += 1
        return number

    def _take(self, connection: sqlite3.Connection, where: str, value: str) -> int:
        rows = connection.execute(f"SELECT rowid FROM document WHERE {where}", (value,)).fetchall()
        connection.executemany("DELETE FROM words WHERE rowid = ?", rows)
        connection.executemany("DELETE FROM document WHERE rowid = ?", rows)
        return len(rows)

    def replace(self, case_file_id: str, documents: Iterable[IndexDocument]) -> int:
        """Make these the only documents of a case file, in one transaction."""
        self.ensure()
        with self._open(write=True) as connection:
            self._take(connection, "case_file_id = ?", case_file_id)
            return self._put(connection, documents)

    def refill(self, documents: Iterable[IndexDocument]) -> int:
        """Make these the only documents; readers see the old ones until the transaction commits."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with self._open(write=True) as connection:
            self._clear(connection)
            number = self._put(connection, documents)
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._empty_log()
        return number

    def erase(self, case_file_id: str) -> int:
        """Remove a case file's documents, and their words from the file's pages and the log."""
        return self.erase_many((case_file_id,)).get(case_file_id, 0)

    def erase_many(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Remove case files' documents, and their words from the file's pages and the log."""
        self.ensure()
        with self._open(write=True) as connection:
            number = {id: self._take(connection, "case_file_id = ?", id) for id in case_file_ids}
            # Deleting only adds tombstones to the full-text index; merging all segments drops the words.
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        if not self._empty_log():
            raise NotErasedError(f"{self.path}: a reader keeps the write-ahead log open; erase again")
        return number

    def count_of(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Return the number of documents of each of these that has any."""
        self.ensure()
        with self._open() as connection:
            # As JSON: an SQLite may be built to take few parameters.
            sql = (
                "SELECT case_file_id, count(*) FROM document"
                " WHERE case_file_id IN (SELECT value FROM json_each(?)) GROUP BY case_file_id"
            )
            return dict(connection.execute(sql, (json.dumps(list(case_file_ids)),)).fetchall())

    def _empty_log(self) -> bool:
        with self._open() as connection:
            connection.execute(f"PRAGMA busy_timeout={CHECKPOINT_MS}")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def count(self, case_file_id: str | None = None) -> int:
        """Return the number of documents, of one case file or of all."""
        self.ensure()
        with self._open() as connection:
            where, values = ("", ()) if case_file_id is None else (" WHERE case_file_id = ?", (case_file_id,))
            return int(connection.execute(f"SELECT count(*) FROM document{where}", values).fetchone()[0])

    def documents(self) -> Iterator[IndexDocument]:
        """Yield everything in the index, by id."""
        self.ensure()
        with self._open() as connection:
            for facts, body in connection.execute("SELECT facts, body FROM document ORDER BY id"):
                yield replace(_document(facts), text=_text(body))

    def reset(self) -> None:
        """Empty the index."""
        self.refill(())

    def search(self, request: Request) -> Hits:
        """Return what matches and may be seen."""
        self.ensure()
        condition, values = where(request)
        with self._open() as connection:
            connection.execute("BEGIN")  # total, facets and hits from one moment
            total, facets = self._count(connection, request, condition, values)
            if request.units and request.order == Order.RELEVANCE:
                page = self._ranked(connection, request, condition, values)
            else:
                page = self._sorted(connection, request, condition, values)
            found = tuple(self._found(connection, candidate, request.units) for candidate in page)
        return Hits(total, found, facets)

    def case_files(self, request: Request) -> Iterator[str]:
        """Yield the ids of all case files a request finds something of, each once."""
        self.ensure()
        condition, values = where(request)
        with self._open() as connection:
            sql = f"SELECT DISTINCT d.case_file_id FROM {_table(request)} WHERE {condition}"
            for (case_file_id,) in connection.execute(sql, values):
                yield case_file_id

    def _count(
        self, connection: sqlite3.Connection, request: Request, condition: str, values: Sequence[Any]
    ) -> tuple[int, dict[str, dict[str, int]]]:
        columns = ", ".join(f"d.{name}" for name in FACETS)
        counters: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        total = 0
        sql = f"SELECT {columns}, count(*) FROM {_table(request)} WHERE {condition} GROUP BY {columns}"
        for *row, number in connection.execute(sql, values):
            total += number
            for name, value in zip(FACETS, row, strict=True):
                if value != "":
                    counters[name][str(value)] += number
        return total, {name: _by_number(counter) for name, counter in counters.items()}

    def _sorted(
        self, connection: sqlite3.Connection, request: Request, condition: str, values: Sequence[Any]
    ) -> list[_Candidate]:
        sql = (
            f"SELECT d.rowid, 0.0, d.facts FROM {_table(request)} WHERE {condition}"
            f" ORDER BY {ORDERS[request.order]} LIMIT ? OFFSET ?"
        )
        rows = connection.execute(sql, (*values, request.size, request.offset))
        return [_Candidate(rowid, rank, _document(facts)) for rowid, rank, facts in rows]

    def _ranked(
        self, connection: sqlite3.Connection, request: Request, condition: str, values: Sequence[Any]
    ) -> list[_Candidate]:
        rank = f"bm25(words, {', '.join(map(str, WEIGHTS))})"

        def ranked(which: str, *more: Any) -> list[tuple[int, float]]:
            sql = (
                f"SELECT words.rowid, {rank} AS score FROM words JOIN document d ON d.rowid = words.rowid"
                f" WHERE {which} ORDER BY score, d.date DESC, d.id LIMIT ?"
            )
            return connection.execute(sql, (*values, *more)).fetchall()

        upto = request.offset + request.size
        by_rank = ranked(condition, max(RERANK, upto))
        first = dict(by_rank[:RERANK])
        keys = [code_key(unit.text) for unit in request.units if unit.kind == "code"]
        if keys:
            # The document that bears a code must be among those ranked again, however many are like it.
            first.update(
                ranked(f"{condition} AND d.code_key IN ({','.join('?' * len(keys))})", *keys, RERANK)
            )
        candidates = [
            _Candidate(rowid, score, self._document(connection, rowid)) for rowid, score in first.items()
        ]
        order = sorted(candidates, key=lambda each: self._key(connection, each, request.units))
        page = order[request.offset : upto]
        if len(page) < request.size:
            later = [pair for pair in by_rank if pair[0] not in first]
            begin = max(0, request.offset - len(order))
            rest = later[begin : begin + request.size - len(page)]
            page += [_Candidate(rowid, score, self._document(connection, rowid)) for rowid, score in rest]
        return page

    def _document(self, connection: sqlite3.Connection, rowid: int) -> IndexDocument:
        sql = "SELECT facts FROM document WHERE rowid = ?"
        return _document(connection.execute(sql, (rowid,)).fetchone()[0])

    def _body(self, connection: sqlite3.Connection, rowid: int) -> str:
        sql = "SELECT body FROM document WHERE rowid = ?"
        return _text(connection.execute(sql, (rowid,)).fetchone()[0])

    def _key(
        self, connection: sqlite3.Connection, candidate: _Candidate, asked: Sequence[Unit]
    ) -> tuple[float, float, float, str, str]:
        doc = candidate.document
        codes = sum(_code_boost(unit, doc) for unit in asked if unit.kind == "code")
        share, closeness = 0.0, 1.0
        accented = [unit for unit in asked if unit.has_accents]
        if accented:
            said = exact(" ".join((doc.title, doc.type, doc.organ, doc.agency_name, doc.extra)))
            body = exact(self._body(connection, candidate.rowid)[:RERANK_TEXT])
            wanted = [_together([unit]) for unit in accented]
            share = sum(_holds(said, want) or _holds(body, want) for want in wanted) / len(wanted)
            everything = _together(asked)
            closeness += 2.0 * _holds(body, everything) + 4.0 * _holds(exact(doc.title), everything)
        elif len(asked) > 1:
            flat = " ".join(part for unit in asked for part in unit.folded)
            closeness += 2.0 * (f" {flat} " in f" {folded_words(doc.title)} ")
        newest = "".join(chr(0x10FFFF - ord(char)) for char in doc.date)
        return -codes, -share, candidate.rank * closeness, newest, doc.id

    def _found(self, connection: sqlite3.Connection, candidate: _Candidate, asked: Sequence[Unit]) -> Found:
        doc = candidate.document
        if not asked:
            return Found(doc, 0.0, doc.title, "")
        snippet = fragments(self._body(connection, candidate.rowid), asked)
        return Found(doc, -candidate.rank or 0.0, marked(doc.title, asked), snippet)


def _table(request: Request) -> str:
    return "words JOIN document d ON d.rowid = words.rowid" if request.units else "document d"


def _document(facts: str) -> IndexDocument:
    return IndexDocument.of(json.loads(facts))


def _text(body: bytes) -> str:
    return zlib.decompress(body).decode()


def _together(asked: Sequence[Unit]) -> str:
    return " ".join(part.exact for unit in asked for part in unit.parts)


def _holds(text: str, words: str) -> bool:
    """Say whether the words stand in a text, not as part of longer words."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return True
        at = text.find(words, at + 1)
    return False


def _by_number(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items(), key=lambda pair: (-pair[1], pair[0])))


def _code_boost(unit: Unit, doc: IndexDocument) -> float:
    wanted = code_key(unit.text)
    own = code_key(doc.code)
    if own == wanted:
        return 600.0
    if own.startswith(wanted) or _within(unit.folded, code_parts(doc.code)):
        return 200.0
    if any(_within(unit.folded, code_parts(alias)) for alias in doc.aliases):
        return 100.0
    return 0.0


def _within(parts: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(parts)
    return any(whole[at : at + size] == parts for at in range(len(whole) - size + 1))
