"""Both search engines on the same synthetic documents: documents a second, and the time of a query.

    .venv/bin/python -m benchmarks.search_engines [--documents N] [--queries N] [--skip-elasticsearch]

Texts are syllables with the frequencies of real ones (Zipf), about 1.8 thousand characters each. Every query
is a whole search: folding, ranking, facets, highlights, the access filter, 20 hits. Both engines run here one
after the other, so the ratio is of one machine in one state. One JSON line on standard output; without a
server only SQLite is measured and the line says why.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.viewer import Role, Viewer
from search import node
from search.document import RECORD, IndexDocument
from search.elasticsearch import ElasticsearchEngine
from search.engine import Engine
from search.query import search
from search.settings import SearchSettings
from search.sqlite import SqliteEngine

VIEWER = Viewer("bench", {"*": frozenset({Role.ARCHIVIST})})
ONSETS = "b c ch d đ g gh gi h k kh l m n ng nh ph q r s t th tr v x"
RHYMES = (
    "a à á ả ã ạ ăn ân anh ao âu ay e ê ên i inh iêu o ô ông ơ ơn u ung ư ương uyết uyền ươi ật ết ịnh ộc"
)


def syllables() -> list[str]:
    """Return every syllable there is, in an order that never changes."""
    made = [onset + rhyme for onset in ONSETS.split() for rhyme in RHYMES.split()]
    random.Random(1).shuffle(made)
    return made


def documents(count: int) -> Iterator[IndexDocument]:
    """Yield the same documents at every call."""
    chance = random.Random(2)
    vocabulary = syllables()
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    for number in range(count):
        words = chance.choices(vocabulary, weights, k=430)
        year = 2010 + number % 15
        yield IndexDocument(
            id=f"r{number:08}",
            kind=RECORD,
            case_file_id=f"hs{number // 5}",
            record_id=f"r{number:08}",
            ordinal=number % 5 + 1,
            agency=f"H{number % 30}",
            agency_name=f"Cơ quan {number % 30}",
            fonds="F",
            access="01" if number % 3 else "02",
            regime="R1",
            year=year,
            type=("Quyết định", "Tờ trình", "Công văn")[number % 3],
            code=f"{number % 4000}/{year}/QĐ-UBND",
            aliases=(),
            title=" ".join(words[:12]),
            organ="Ủy ban nhân dân tỉnh",
            date=f"{year}-06-01",
            start="",
            end="",
            stored_at="2026-01-01T00:00:00+00:00",
            text=" ".join(words[12:]),
        )


def queries(count: int, of: int) -> list[str]:
    """Return two syllables twice, then the code of one of the documents, in turn."""
    chance = random.Random(3)
    vocabulary = syllables()[:400]
    made = []
    for number in range(count):
        if number % 3 == 2:
            # Every third document is a "Quyết định".
            document = chance.randrange(0, of, 3)
            made.append(f"quyet dinh {document % 4000}/{2010 + document % 15}")
        else:
            made.append(" ".join(chance.choices(vocabulary, k=2)))
    return made


def measure(engine: Engine, count: int, asked: list[str]) -> dict[str, Any]:
    """Return one engine's figures; times in milliseconds."""
    began = time.perf_counter()
    engine.refill(documents(count))
    indexing = time.perf_counter() - began
    took, found = [], 0
    for query in asked:
        began = time.perf_counter()
        found += bool(search(query, viewer=VIEWER, engine=engine).total)
        took.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(took, n=20, method="inclusive")
    return {
        "documents_per_second": round(count / indexing, 1),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(cuts[18], 1),
        "queries_with_hits": found,
    }


def main() -> None:
    """Measure what is there and print the line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=3000)
    parser.add_argument("--queries", type=int, default=90)
    parser.add_argument("--skip-elasticsearch", action="store_true")
    told = parser.parse_args()
    asked = queries(told.queries, told.documents)
    figures: dict[str, Any] = {"documents": told.documents, "queries": told.queries}
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        figures["sqlite"] = measure(SqliteEngine(Path(folder) / "search.db"), told.documents, asked)
    home = SearchSettings().home
    reason = "asked to skip" if told.skip_elasticsearch else node.available(home)
    if reason:
        figures["elasticsearch"] = {"not_measured": reason}
    else:
        with a_node(home) as url:
            engine = ElasticsearchEngine(SearchSettings(elasticsearch_url=url))
            figures["elasticsearch"] = measure(engine, told.documents, asked)
        for name in ("documents_per_second", "p50_ms", "p95_ms"):
            ratio = figures["elasticsearch"][name] / figures["sqlite"][name]
            figures[f"elasticsearch_over_sqlite_{name}"] = round(ratio, 2)
    json.dump(figures, sys.stdout)
    print()


@contextmanager
def a_node(home: Path) -> Iterator[str]:
    """Start a node of our own, yield its address, and remove it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    work = Path(tempfile.mkdtemp(prefix="tangthu-bench-"))
    work.chmod(0o755)
    running = node.Node(home, work, port, "1g")
    try:
        running.start()
        yield running.url
    finally:
        running.remove()


if __name__ == "__main__":
    main()
