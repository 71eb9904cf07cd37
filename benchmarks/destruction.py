"""Case files destroyed a second: three folder stores and the search index, every receipt in the ledger.

    .venv/bin/python -m benchmarks.destruction [--case-files N] [--times N] [--engine sqlite|elasticsearch]
        [--database sqlite|postgresql]

A house in a temporary folder: packages of about 20 kB in three folder stores, each case file with its delivery, three
documents, their words in the index, and its events in the ledger. A list of all of them goes through its whole
procedure (`operations.procession`); measured is `retention.destruction.execute` alone, with everything it does: the
check of the procedure, the locks, the erasing and flushing, receipts, seals in the stores, tombstones. Then the same
with so many times as many case files in a new house. Afterwards nothing may be left in a store or in the index, and
every holder's receipt must be there. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.custody import keep, store_holders, stores
from archive.holders import Holder
from archive.ledger.follow import follow
from archive.packages.facts import PackageFacts, RecordFacts, WrittenPackage
from archive.register import session as register
from archive.register.agencies import set_agency, set_fonds
from archive.register.decisions import Receipt
from archive.register.migrate import upgrade
from archive.register.models import Submission, SubmissionState
from archive.register.session import reading, transaction
from benchmarks.million import DATABASES, agency_code, case_file_id, load
from benchmarks.search_engines import a_node, documents
from operations.procession import Wanted, people_at, walk
from retention.destruction import execute
from retention.follower import follower
from search.elasticsearch import ElasticsearchEngine
from search.engine import Engine
from search.holder import SearchIndex
from search.settings import SearchSettings
from search.sqlite import SqliteEngine

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
AGENCY = agency_code(0)
PEOPLE = people_at(AGENCY, archivist="an", voters=("cuong", "giang", "hoa"), head="dung", executor="binh")
DOCUMENTS = 3
BYTES = 20_000
AT_ONCE = 250
GOAL_PER_SECOND = 200
GOAL_RATIO = 1.5
ENGINES = ("sqlite", "elasticsearch")


def measure(number: int, database: str, engine: str) -> dict[str, Any]:
    """Return what destroying so many case files cost, in a house of its own."""
    with _house(database) as folder, _index(engine, folder) as index:
        started = time.perf_counter()
        _fill(folder, number, index)
        filled = time.perf_counter()
        ids = [case_file_id(n) for n in range(number)]
        with transaction() as session:
            order_id = walk(session, Wanted(AGENCY, ids, "12/QĐ-SNV", TODAY), PEOPLE, now=NOW).order_id
        asked: list[Holder] = [*store_holders(), SearchIndex(lambda: index)]
        walked, cpu = time.perf_counter(), time.process_time()
        outcome = execute(
            order_id, viewer=PEOPLE.executor, now=NOW, ask=asked, clock=lambda: datetime.now(UTC)
        )
        seconds, cpu = time.perf_counter() - walked, time.process_time() - cpu
        left = sum(name.endswith(".zip") for store in stores() for name in store.names())
        with reading() as session:
            receipts = session.scalar(select(func.count()).where(Receipt.order_id == order_id, Receipt.gone))
        if (outcome.count("done"), left, index.count(), receipts) != (number, 0, 0, number * len(asked)):
            raise SystemExit(f"{outcome.count('done')} done, {left} packages left, {receipts} receipts")
    return {
        "case_files": number,
        "per_second": round(number / seconds),
        "seconds": round(seconds, 2),
        "cpu_ms_each": round(1000 * cpu / number, 2),
        "wall_ms_each": round(1000 * seconds / number, 2),
        "filled_seconds": round(filled - started, 1),
        "procedure_seconds": round(walked - filled, 1),
    }


@contextmanager
def _house(database: str) -> Iterator[Path]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tangthu-bench-")))
        settings = {"CONFIG": f"{folder}/tangthu.toml", "ARCHIVE__DATA": f"{folder}/archive"}
        if database == "postgresql":
            from tests.services.postgres_cluster import cluster

            settings["ARCHIVE__REGISTER_URL"] = stack.enter_context(cluster())
        told = {f"TANGTHU_{name}": value for name, value in settings.items()}
        stack.enter_context(patch.dict(os.environ, told))
        Path(folder, "archive").mkdir()
        upgrade(register.engine())
        yield folder
        register.engine().dispose()


@contextmanager
def _index(engine: str, folder: Path) -> Iterator[Engine]:
    if engine == "sqlite":
        yield SqliteEngine(folder / "search.db")
        return
    with a_node(SearchSettings().home) as url:
        yield ElasticsearchEngine(SearchSettings(elasticsearch_url=url))


def _fill(folder: Path, number: int, index: Engine) -> None:
    """Make the case files as if they had come in, but for flushing each package."""
    with transaction() as session:
        set_agency(session, code=AGENCY, name="Sở Nội vụ", actor="admin", now=NOW)
        set_fonds(session, code=f"PHONG-{AGENCY}", agency_code=AGENCY, name="Phông", actor="admin", now=NOW)
    places = [folder / "archive" / "stores" / store.name for store in stores()]
    numbers = iter(range(number))
    while some := list(islice(numbers, AT_ONCE)):
        with transaction() as session:
            for n in some:
                _keep(session, n, places)
    follow(follower)
    words = islice(documents(number * DOCUMENTS), number * DOCUMENTS)
    index.index(
        replace(
            one,
            id=f"{case_file_id(n // DOCUMENTS)}-{n % DOCUMENTS}",
            case_file_id=case_file_id(n // DOCUMENTS),
        )
        for n, one in enumerate(words)
    )


def _keep(session: Session, n: int, places: list[Path]) -> None:
    id, code = case_file_id(n), f"{n:06}"
    name = f"h37/{AGENCY}/2014/{code}/v0001.zip"
    data = random.Random(n).randbytes(BYTES)
    for place in places:
        path = place / name
        path.parent.mkdir(parents=True)
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(zipfile.ZipInfo(f"{code}/original.bin"), data)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    session.add(
        Submission(
            id=f"s{id[1:]}",
            agency_code=AGENCY,
            message_id=code,
            sha256=sha256,
            size=BYTES,
            kind="sip",
            file_code=code,
            state=SubmissionState.RECEIVED,
            received_at=NOW,
        )
    )
    facts = PackageFacts(
        objid=f"urn:PHONG:uuid:{id.upper()}",
        name=name,
        version=1,
        made_at=NOW,
        case_file_id=id,
        submission_id=f"s{id[1:]}",
        agency_code=AGENCY,
        agency_name="Sở Nội vụ",
        fonds_code=f"PHONG-{AGENCY}",
        code=code,
        title=f"Hồ sơ giao ban tuần số {n}",
        regime="R1",
        access="01",
        start_date=date(2014, 1, 2),
        end_date=date(2014, 5, 20),
        maintenance="5 năm",
        total_docs=DOCUMENTS,
        total_pages=9,
        description={"title": "Hồ sơ giao ban tuần"},
        records=tuple(_record(id, code, k) for k in range(1, DOCUMENTS + 1)),
    )
    written = WrittenPackage(path, path.stat().st_size, sha256)
    keep(session, facts, written, [place.name for place in places], actor="system:ingest", now=NOW)


def _record(id: str, code: str, ordinal: int) -> RecordFacts:
    facts = (f"d{ordinal}{id[2:]}", ordinal, f"{code}.{ordinal}", "Quyết định", "1", "QĐ", date(2014, 5, 20))
    return RecordFacts(*facts, "Sở Nội vụ", "Về việc giao ban", 3, {}, ())


def main() -> None:
    """Measure both sizes and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case-files", type=int, default=300)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    asked = parser.parse_args()
    small, large = (
        measure(n, asked.database, asked.engine) for n in (asked.case_files, asked.case_files * asked.times)
    )
    ratio = round(large["cpu_ms_each"] / small["cpu_ms_each"], 2)
    figures = {
        "bench": "destruction",
        "database": asked.database,
        "engine": asked.engine,
        "small": small,
        "large": large,
        "cpu_each_ratio": ratio,
        "goal": f"{GOAL_PER_SECOND} case files/s with receipts, {asked.times} x as many <= {GOAL_RATIO} x the CPU each",
        "met": large["per_second"] >= GOAL_PER_SECOND and ratio <= GOAL_RATIO,
        "load": load(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
