"""Small edXML messages received, deduplicated and ledgered: how many a second, and does the ten-thousandth cost more.

    .venv/bin/python -m benchmarks.receiving [--messages 10000]

One process, as the worker that speaks to the line is one; embedded parts: SQLite that syncs every commit, the
quarantine on the same disk, a real Valkey that is told of each message. Two ways: `reception` (the bytes are here) and
`folder` (a watched folder is listed, each message fetched, received, acknowledged). One message in ten comes a second
time, with the same id and bytes, and must be told apart; repeats are in the time and not in the count.

`cpu_ms` is processor time a message, which other work on the machine disturbs less; `growth_over_linear` that of the
whole run over that of a run of a tenth, each in an empty house. What this machine can do is
in `calibration`: files of a message's size written and synced a second, and the fixed work of `ingest_checks`. One JSON
line on standard output.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.patience import Patience
from archive.register.agencies import set_agency, set_fonds
from archive.register.migrate import upgrade
from archive.register.models import Submission, SubmissionKind
from archive.register.session import engine, reading, transaction
from benchmarks.ingest_checks import calibration
from ingest.fetching import fetch_all
from ingest.gateway.opening import opened
from ingest.reception import receive
from operations.part import Running
from operations.parts import valkey
from tests.ingest.inbox_counterparts import inbox_settings
from tests.samples.edxml import EdxmlDocument, write_document

AGENCY = "000.00.11.H21"
GOAL = 100.0  # messages a second
GOAL_GROWTH = 1.5
AGAIN = 10  # every tenth comes twice
NOW = datetime.now(UTC)


def a_message(number: int) -> bytes:
    """Return an edXML message of its own with a small attachment."""
    return write_document(
        EdxmlDocument(
            sender=AGENCY,
            sender_name="Sở Thông tin và Truyền thông tỉnh Gia Lai",
            receiver="000.00.00.H00",
            number=str(number),
            notation="BC-STTTT",
            place="Gia Lai",
            issued=date(2020, 6, 1),
            type_name="Báo cáo",
            subject=f"Báo cáo số {number} về tình hình quản lý văn bản điện tử",
            signer_post="Giám đốc",
            signer_name="Nguyễn Văn An",
            attachments=((f"bc{number}.txt", f"Báo cáo số {number}. ".encode() * 40, False),),
        )
    )


@contextmanager
def a_house() -> Iterator[Path]:
    """Furnish a house of its own with a queue that answers; nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="tt-") as name:  # short: sockets have short names
        folder = Path(name)
        for known in [known for known in os.environ if known.startswith("TANGTHU_")]:
            del os.environ[known]
        os.environ["TANGTHU_CONFIG"] = str(folder / "tangthu.toml")
        os.environ["TANGTHU_ARCHIVE__DATA"] = str(folder / "archive")
        os.environ["TANGTHU_ARCHIVE__BROKER_URL"] = f"redis+socket://{folder / 'run' / 'valkey.sock'}"
        (folder / "run").mkdir()
        part = valkey(folder / "run")
        running = Running(part, log=lambda *_: None, file=folder / "valkey.log")
        try:
            while part.ready():
                time.sleep(0.05)
            upgrade(engine())
            with transaction() as session:
                set_agency(session, code=AGENCY, name="Sở", level1="H21", actor="system:bench", now=NOW)
                set_fonds(
                    session, code=AGENCY, agency_code=AGENCY, name="Phông", actor="system:bench", now=NOW
                )
            yield folder
        finally:
            engine().dispose()
            running.stop()


@dataclass(frozen=True)
class Took:
    """What some work took: seconds by the clock, seconds of this process's processor time."""

    seconds: float
    cpu: float


class Clock:
    """Counts both from when it is made."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        """Return what has passed."""
        return Took(time.perf_counter() - self._began[0], time.process_time() - self._began[1])


def by_reception(messages: list[bytes]) -> Took:
    """Receive each, and every tenth again at once; return the seconds it took."""
    with a_house():
        clock = Clock()
        for number, data in enumerate(messages):
            for _ in range(1 + (number % AGAIN == 0)):
                receive(
                    BytesIO(data),
                    agency_code=AGENCY,
                    message_id=f"m-{number}",
                    kind=SubmissionKind.EDXML,
                    file_name="",
                    actor="system:bench",
                    now=datetime.now(UTC),
                )
        took = clock.took()
        all_there(len(messages))
    return took


def by_folder(messages: list[bytes]) -> Took:
    """Leave each in a watched folder, and fetch; every tenth is left and fetched again. Return the seconds it took."""
    with a_house() as folder:
        root = folder / "drop"
        root.mkdir()
        settings = inbox_settings(name="drop", kind="folder", path=root, agencies=[AGENCY], ready="rename")
        patience = Patience(timedelta(seconds=20), timedelta(minutes=30))
        for number, data in enumerate(messages):
            (root / f"m-{number}.xml").write_bytes(data)
        clock = Clock()
        with opened(settings) as inbox:
            new = fetch_all(inbox, now=datetime.now(UTC), patience=patience)
        first = clock.took()
        for number, data in enumerate(messages):
            if number % AGAIN == 0:
                (root / f"m-{number}.xml").write_bytes(data)
        clock = Clock()
        with opened(settings) as inbox:
            again = fetch_all(inbox, now=datetime.now(UTC), patience=patience)
        second = clock.took()
        if (new, again) != (len(messages), 0):
            raise SystemExit(f"{new} of {len(messages)} messages were new, and {again} of the repeats")
        all_there(len(messages))
    return Took(first.seconds + second.seconds, first.cpu + second.cpu)


def all_there(messages: int) -> None:
    """Stop unless each message is one submission and one event of the ledger."""
    with reading() as session:
        rows = session.scalar(select(func.count()).select_from(Submission))
        events = session.scalar(
            select(func.count()).select_from(EventRow).where(EventRow.verb == Verb.INGEST.value)
        )
    if (rows, events) != (messages, messages):
        raise SystemExit(f"{messages} messages became {rows} submissions and {events} events")


def synced_files(size: int, count: int = 300) -> float:
    """Return how many files of this size the disk takes a second, each synced."""
    with tempfile.TemporaryDirectory(prefix="tt-") as folder:
        began = time.perf_counter()
        for number in range(count):
            with (Path(folder) / str(number)).open("wb") as out:
                out.write(bytes(size))
                out.flush()
                os.fsync(out.fileno())
        return count / (time.perf_counter() - began)


def main() -> None:
    """Measure, and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    count = parser.parse_args().messages
    logging.disable(logging.WARNING)
    messages = [a_message(number) for number in range(count)]
    figures: dict[str, Any] = {
        "bench": "receiving",
        "messages": count,
        "message_bytes": len(messages[0]),
        "calibration": {
            "cpu_seconds": round(min(calibration() for _ in range(3)), 3),
            "synced_files_per_second": round(synced_files(len(messages[0]))),
        },
    }
    met = True
    for name, way in (("reception", by_reception), ("folder", by_folder)):
        small, large = way(messages[: count // 10]), way(messages)
        rate, growth = count / large.seconds, large.cpu / (10 * small.cpu)
        met = met and rate >= GOAL and growth <= GOAL_GROWTH
        figures[name] = {
            "messages_per_second": round(rate, 1),
            "cpu_ms": round(1000 * large.cpu / count, 2),
            "growth_over_linear": round(growth, 2),
        }
    figures |= {"goal": f"{GOAL:.0f} messages a second, growth at most {GOAL_GROWTH}", "met": met}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
