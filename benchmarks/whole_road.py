"""The whole road: born-digital case files of five documents, two workers, from arrival to "stored".

    python -m benchmarks.whole_road [--case-files 200] [--workers 2]

Prints one JSON line: documents per second, seconds of the first and the second half (a ratio near 1 means the cost
does not grow with what is already stored), and the memory of every part in MiB at its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from archive.register.models import STATES_CLOSED, Submission
from archive.register.session import reading
from ingest.reception import receive
from operations.house import make_register, write_settings
from operations.part import Part
from operations.parts import embedded, memory_mb
from operations.supervisor import Supervisor
from operations.world import settle
from tests.samples.case_file import CaseFilePlan, Made, a_case_file, a_document
from tests.samples.pki import Pki
from tests.samples.world import build, make_sip

DOCUMENTS = 5
PARTS = frozenset({"valkey", "clamd", "worker", "house", "beat"})


def a_plan(number: int) -> CaseFilePlan:
    """Return a case file of five different born-digital documents that its agreement accepts by itself."""
    plan = (
        a_case_file().of("gia-lai").called(f"{number:04d}.TH", f"Hồ sơ đo số {number}").closed(2020, 12, 31)
    )
    for ordinal in range(1, DOCUMENTS + 1):
        document = a_document("Báo cáo", str(number * 10 + ordinal), "BC-STTTT").issued_on(2020, 6, ordinal)
        words = [
            f"Đoạn {line} của báo cáo {number}.{ordinal}: tình hình xử lý văn bản điện tử."
            for line in range(20)
        ]
        plan = plan.with_document(
            document.about(f"Báo cáo {ordinal} của hồ sơ {number}", *words).made_as(Made.PLAIN)
        )
    return plan


def measure(case_files: int, workers: int, home: Path) -> dict[str, object]:
    """Make the case files, run the parts, and return the figures."""
    world = home / "world"
    build(world, only=("nothing",))
    pki = Pki(home / "pki", home / "trust")
    sips = []
    for number in range(1, case_files + 1):
        plan = a_plan(number)
        target = home / f"{number:05d}.zip"
        make_sip(plan, target, pki, made=datetime(2026, 1, 5, 8, tzinfo=UTC))
        sips.append((plan, target))
    os.environ["TANGTHU_OPERATIONS__WORKERS"] = str(workers)
    write_settings(home, search="sqlite", world=None)
    make_register(lambda line: None)
    settle(world)
    parts: list[Part] = [part for part in embedded() if part.name in PARTS]
    peak: dict[str, int] = {}
    with Supervisor(parts, home=home, start_seconds=180, log=lambda name, line: None) as supervisor:
        began = time.monotonic()
        for plan, target in sips:
            with target.open("rb") as source:
                receive(source, agency_code=plan.office.code, message_id=target.name, kind="sip", file_name=target.name,
                        actor="system:bench", now=datetime.now(UTC))  # fmt: skip
        half_at = 0.0
        while True:
            time.sleep(1)
            for part in parts:
                peak[part.name] = max(peak.get(part.name, 0), memory_mb(supervisor.pid(part.name)))
            with reading() as session:
                states = dict(
                    session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all()
                )
            done = sum(count for state, count in states.items() if state in STATES_CLOSED)
            if done >= case_files / 2 and not half_at:
                half_at = time.monotonic() - began
            if done >= case_files:
                break
        seconds = time.monotonic() - began
    return {
        "case_files": case_files,
        "documents": case_files * DOCUMENTS,
        "workers": workers,
        "states": states,
        "seconds": round(seconds, 1),
        "documents_per_second": round(case_files * DOCUMENTS / seconds, 2),
        "second_half_over_first": round((seconds - half_at) / half_at, 2),
        "peak_mib": peak,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--case-files", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        figures = measure(arguments.case_files, arguments.workers, Path(folder))
    json.dump(figures, sys.stdout, ensure_ascii=False)
    print()
