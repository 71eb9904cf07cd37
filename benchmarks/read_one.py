"""One page out of a very large package: how long until its bytes are there, checked.

    .venv/bin/python -m benchmarks.read_one [--gigabytes N] [--files N]

The package is a real one, written by the house's writer: small documents with one film among them that makes it large.
The film is a sparse file, so making it costs time and room in the package only. What is timed is what a reader waits
for: open the store's file, find the member in the ZIP's directory, read the page, hash it. The cold readings come
after the operating system was told to forget the package; the others find its directory in memory. One JSON line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts
from archive.packages.reader import open_member
from archive.packages.writer import write
from archive.settings import ArchiveSettings
from benchmarks.mets_premis import LazyRecords, large_case

GOAL_MILLISECONDS = 50
PAGE = b"%PDF-1.7 " + bytes(200_000)
TIMES = 50


class WithFilm:
    """The documents of `LazyRecords`, each original a page of 200 kB, and one film as the last."""

    def __init__(self, count: int, page: Path, film: Path, sha256: str) -> None:
        self._records, self._film, self._sha256 = LazyRecords(count, page), film, sha256
        self._page = hashlib.sha256(PAGE).hexdigest()

    def __len__(self) -> int:
        return len(self._records) + 1

    def __iter__(self) -> Iterator[RecordFacts]:
        last = None
        for last in self._records:
            components = (replace(one, size=len(PAGE), sha256=self._page) for one in last.components)
            yield replace(last, components=tuple(components))
        assert last is not None
        ordinal = last.ordinal + 1
        film = replace(
            last.components[0],
            id="film",
            name="Phim.avi",
            path=f"representations/original/data/{ordinal:06d}/Phim.avi",
            size=self._film.stat().st_size,
            sha256=self._sha256,
            source=self._film,
        )
        yield replace(last, id="film", ordinal=ordinal, components=(film,))


def made(folder: Path, gigabytes: int, files: int) -> tuple[Path, ComponentFacts]:
    """Write the package; return it and the component to be read, from its middle."""
    page, film = folder / "page.pdf", folder / "film.avi"
    page.write_bytes(PAGE)
    with film.open("wb") as stream:
        stream.truncate(gigabytes << 30)
    with film.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    records = WithFilm(files // 2, page, film, sha256)
    facts: PackageFacts = replace(
        large_case(files, page), records=cast(tuple[RecordFacts, ...], records), total_docs=len(records)
    )
    schemas = ArchiveSettings.load().tools_home / "schemas"
    written = write(facts, folder / "package.zip", schemas=schemas)
    middle = next(one for one in records if one.ordinal == max(1, files // 4))
    return written.path, middle.components[1]


def read(package: Path, component: ComponentFacts) -> float:
    """Return the milliseconds until the page's bytes are there and are what was stored."""
    started = time.perf_counter()
    with package.open("rb") as source, open_member(source, component.path) as stream:
        good = hashlib.sha256(stream.read()).hexdigest() == component.sha256
    took = (time.perf_counter() - started) * 1000
    assert good, "another page was read"
    return took


def forget(package: Path) -> None:
    """Tell the operating system that nobody needs the file in memory."""
    with package.open("rb") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(gigabytes: int, files: int) -> dict[str, Any]:
    """Make the package, read one page of it again and again, and say how long it took."""
    with tempfile.TemporaryDirectory() as place:
        room = shutil.disk_usage(place).free >> 30
        if room < gigabytes + 2:
            raise SystemExit(f"{place} has {room} GiB free; {gigabytes + 2} are needed")
        package, component = made(Path(place), gigabytes, files)
        cold = []
        for _ in range(3):
            forget(package)
            cold.append(read(package, component))
        warm = sorted(read(package, component) for _ in range(TIMES))
        return {
            "gigabytes": round(package.stat().st_size / (1 << 30), 2),
            "files": files,
            "page_bytes": len(PAGE),
            "cold_ms": round(max(cold), 1),
            "median_ms": round(statistics.median(warm), 1),
            "worst_of_50_ms": round(warm[-1], 1),
            "goal_ms": GOAL_MILLISECONDS,
            "met": max(*cold, *warm) <= GOAL_MILLISECONDS,
        }


def main() -> None:
    """Print one JSON line; exit 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=int, default=10)
    parser.add_argument("--files", type=int, default=2000)
    told = parser.parse_args()
    result = measure(told.gigabytes, told.files)
    print(json.dumps(result))
    raise SystemExit(not result["met"])


if __name__ == "__main__":
    main()
