"""The whole road: born-digital case files of five documents, two workers, from arrival to "stored".

    python -m benchmarks.whole_road [--case-files 200] [--workers 2] [--times 1] [--papers FOLDER]

Prints one JSON line: documents per second; CPU milliseconds per document, of all parts and of each; what a document
cost in the last tenth of the run over what it cost in the second tenth (near 1: the cost does not grow with what is
already stored; in the first tenth the tools start); the most resident memory of every part in MiB, looked at four
times a second. With `--times 10` a second run follows in an empty house with ten times the case files, and
`cpu_per_document_ratio` is its CPU per document over that of the first run. `--papers` keeps the case files drawn,
which takes as long as archiving them, for the next run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from archive.register.models import STATES_CLOSED, Submission, SubmissionKind
from archive.register.session import reading
from ingest.reception import receive
from operations.house import make_register, write_settings
from operations.parts import embedded
from operations.supervisor import Supervisor
from operations.watch import Watch, cost
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


def measure(case_files: int, workers: int, home: Path, papers: Path | None) -> dict[str, object]:
    """Make the case files, run the parts, and return the figures."""
    world = home / "world"
    build(world, only=("nothing",))
    sips = papers or home / "sips"
    sips.mkdir(exist_ok=True)
    plans = [a_plan(number) for number in range(1, case_files + 1)]
    make_all(plans, sips)
    os.environ["TANGTHU_OPERATIONS__WORKERS"] = str(workers)
    write_settings(home, search="sqlite", world=None)
    make_register(lambda line: None)
    settle(world)
    parts = [part for part in embedded() if part.name in PARTS]
    with Supervisor(parts, home=home, start_seconds=180, log=lambda name, line: None) as supervisor:
        watch = Watch(lambda: {part.name: supervisor.pid(part.name) for part in parts})
        received = sum(send(plan, sips / f"{plan.file_code}.zip") for plan in plans)
        while watch.look(_closed() * DOCUMENTS).done < case_files * DOCUMENTS:
            time.sleep(0.25)
            supervisor.restart_dead()
    return {"case_files": case_files, "workers": workers, "states": _states(), **figures(watch, received)}


def make_all(plans: list[CaseFilePlan], sips: Path) -> None:
    """Write the SIPs the folder lacks, on all cores."""
    lacking = [plan for plan in plans if not (sips / f"{plan.file_code}.zip").exists()]
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(_make, sips), lacking, chunksize=5))


def _make(sips: Path, plan: CaseFilePlan) -> None:
    with tempfile.TemporaryDirectory(dir=sips) as place:  # nobody signs these papers
        made = Path(place) / "sip.zip"
        make_sip(plan, made, Pki(Path(place), Path(place)), made=datetime(2026, 1, 5, 8, tzinfo=UTC))
        made.rename(sips / f"{plan.file_code}.zip")


def send(plan: CaseFilePlan, sip: Path) -> float:
    """Hand one delivery in, as the fetching task does; return the CPU seconds it took in this process."""
    began = time.process_time()
    with sip.open("rb") as source:
        receive(source, agency_code=plan.office.code, message_id=sip.name, kind=SubmissionKind.SIP, file_name=sip.name,
                actor="system:bench", now=datetime.now(UTC))  # fmt: skip
    return time.process_time() - began


def figures(watch: Watch, received: float) -> dict[str, object]:
    """Return what the watch saw, in documents.

    Args:
        watch: of the parts.
        received: CPU seconds the deliveries' reception took beside them.
    """
    end, marks = watch.marks[-1], watch.marks
    early, late = cost(marks, 0.1, 0.2), cost(marks, 0.9, 1.0)
    first, second = cost(marks, 0.0, 0.5), cost(marks, 0.5, 1.0)
    return {
        "documents": end.done,
        "seconds": round(end.seconds, 1),
        "documents_per_second": round(end.done / end.seconds, 2),
        "cpu_ms_per_document": round(1000 * (end.cpu_seconds + received) / end.done, 1),
        "cpu_ms_per_document_by_part": {
            name: round(1000 * seconds / end.done, 1)
            for name, seconds in {
                "reception": received,
                **{
                    name: account.cpu_seconds - watch.before[name] for name, account in watch.accounts.items()
                },
            }.items()
        },
        "last_tenth_over_second": {
            "wall": round(late.seconds / early.seconds, 2),
            "cpu": round(late.cpu_seconds / early.cpu_seconds, 2),
        },
        "second_half_over_first": {
            "wall": round(second.seconds / first.seconds, 2),
            "cpu": round(second.cpu_seconds / first.cpu_seconds, 2),
        },
        "peak_mib": {name: account.peak_mib for name, account in watch.accounts.items()}
        | {"all": watch.peak_mib},
    }


def _states() -> dict[str, int]:
    with reading() as session:
        rows = session.execute(select(Submission.state, func.count()).group_by(Submission.state)).all()
    return {str(state): count for state, count in rows}


def _closed() -> int:
    return sum(count for state, count in _states().items() if state in STATES_CLOSED)


def run(case_files: int, workers: int, papers: Path | None) -> dict[str, object]:
    """Measure in a house of its own, which is thrown away."""
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        return measure(case_files, workers, Path(folder), papers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--case-files", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--times", type=int, default=1, help="a second run with so many times the case files")
    parser.add_argument("--papers", type=Path, help="keep the case files here, or take them from here")
    arguments = parser.parse_args()
    told = run(arguments.case_files, arguments.workers, arguments.papers)
    if arguments.times > 1:
        larger = run(arguments.case_files * arguments.times, arguments.workers, arguments.papers)
        ratio = larger["cpu_ms_per_document"] / told["cpu_ms_per_document"]  # type: ignore[operator]
        told |= {"times": arguments.times, "larger": larger, "cpu_per_document_ratio": round(ratio, 2)}
    json.dump(told, sys.stdout, ensure_ascii=False)
    print()
