"""Checking a case file without conversion: seconds of 200 documents, growth to ten times as many, memory of 50 MB.

    .venv/bin/python -m benchmarks.ingest_checks [--documents 200] [--times 3]

Measured on real files: a SIP_hoso ZIP is opened and its descriptions read (`parse`), every file is looked into by the
warm caged reader (`look`), all rules are asked (`check`). Born-digital PDFs without signatures: judging those costs
more than looking into the file. The goal of issue 4, one second without conversion, is judged by `whole`: parsing, the
look into every file, and all checks. Best of several runs. Whether the cost grows with the size is judged by
processor time, of the reader too: other work on the machine disturbs it less. The calibration is a fixed piece of
work: figures in calibrations compare lines of two machines. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingest.checks.duplicates import Known
from ingest.checks.engine import check
from ingest.delivery import FileFacts
from ingest.finding import Finding
from ingest.formats.cage import Limits as Cage
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.gateway.limits import Limits
from ingest.profiles.load import profiles
from ingest.readers.interface import Context
from ingest.readers.read import read
from operations.accounting import Account, use_of
from tests.samples import papers
from tests.samples.sip import DocumentParts, SipParts, write_sip

AGENCY = "000.00.05.H26"
GOAL_SECONDS = 1.0
GOAL_RATIO = 1.5  # processor seconds of ten times as many documents, over ten times the seconds
GOAL_MIB = 64
GLANCE = 50  # files after which the processor time is taken down
ATTACHMENT = 50 * 10**6
MADE = datetime(2026, 1, 5, 8, tzinfo=UTC)


def calibration() -> float:
    """Return the seconds of a fixed piece of work: hashing and plain Python, about half and half."""
    began = time.perf_counter()
    hashlib.sha256(bytes(128 * 2**20)).digest()
    total = 0
    for number in range(3_000_000):
        total += number & 7
    assert total
    return time.perf_counter() - began


def a_package(folder: Path, documents: int, *, attachment: int = 0) -> Path:
    """Write a good SIP of so many documents of one page; the first has an attachment of so many bytes."""
    sheet = papers.Sheet(
        "UBND TỈNH", "Sở Nội vụ", "15/QĐ-SNV", "Hà Nội", date(2020, 3, 2), "Quyết định",
        "Ban hành Quy chế văn thư, lưu trữ", ("Điều 1. Ban hành.", "Điều 2. Hiệu lực."), "Giám đốc", "Nguyễn Văn An",
    )  # fmt: skip
    paper = folder / "paper.pdf"
    papers.pdf(sheet, paper)
    page = paper.read_bytes()
    parts = []
    for number in range(1, documents + 1):
        path = folder / f"{number}.pdf"
        path.write_bytes(
            page + f"% {number}\n".encode()
        )  # bytes of its own: one file in two documents is a finding
        files = [(f"{number}.pdf", path)]
        if attachment and number == 1:
            files.append(("phu-luc.txt", _large(folder / "large.txt", attachment)))
        fields = {
            "DocCode": f"{AGENCY}-2020.{number}", "DocOrdinal": str(number), "TypeName": "Quyết định",
            "CodeNumber": str(number), "CodeNotation": "QĐ-SNV", "IssuedDate": "02/03/2020", "OrganName": "Sở Nội vụ",
            "Subject": f"Quyết định số {number} ban hành Quy chế văn thư, lưu trữ", "Language": "Tiếng Việt",
            "PageAmount": "1", "Mode": "Công khai", "ConfidenceLevel": "Gốc điện tử", "Format": "Tốt",
        }  # fmt: skip
        parts.append(DocumentParts(fields, tuple(files)))
    case = {
        "FileCode": f"{AGENCY}.2020.01.TH", "OrganId": AGENCY, "FileCatalog": "2020", "FileNotation": "01.TH",
        "Title": "Hồ sơ ban hành Quy chế văn thư, lưu trữ", "Maintenance": "20 năm", "Rights": "Công khai",
        "Language": "Tiếng Việt", "StartDate": "01/01/2020", "EndDate": "31/12/2020", "TotalDoc": str(documents),
        "PageNumber": str(documents), "Format": "Tốt",
    }  # fmt: skip
    target = folder / "package.zip"
    write_sip(SipParts("bench", AGENCY, "Sở Nội vụ", MADE, case, parts), target)
    return target


def _large(path: Path, size: int) -> Path:
    """Write a text of so many bytes that hardly packs."""
    path.write_text(random.Random(31).randbytes(size // 2).hex(), "ascii")
    return path


class Clock:
    """Wall and processor seconds of each part, those of the reader's process included."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._account = Account()
        self._paused = 0.0

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done meanwhile."""
        self.glance()
        spent, began, self._paused = self._account.cpu_seconds, time.perf_counter(), 0.0
        yield
        self.wall[name] = time.perf_counter() - began - self._paused
        self.glance()
        self.cpu[name] = self._account.cpu_seconds - spent

    def glance(self) -> None:
        """Take down the processor time so far, while the clock stands: a reader that is replaced takes its along."""
        began = time.perf_counter()
        self._account.add(os.getpid(), use_of(os.getpid())[os.getpid()])
        self._paused += time.perf_counter() - began


def judged(package: Path, into: Path, box: Sandbox) -> tuple[Clock, list[Finding]]:
    """Return the seconds of each part, and what was found."""
    clock = Clock()
    with clock.part("parse"):
        delivery = read(package, into, Context(Limits()))
    facts: dict[str, FileFacts] = {}
    with clock.part("look"):
        for number, (_, _, file) in enumerate(delivery.placed_files()):
            if number % GLANCE == 0:
                clock.glance()
            if file.sha256 not in facts:
                facts[file.sha256] = inspect(file, sandbox=box)
    with clock.part("check"):
        found = check(
            delivery,
            facts,
            profile=profiles()["base"],
            agency_code=AGENCY,
            known=Known(),
            today=date(2026, 3, 2),
        )
    return clock, found


def measure(documents: int, times: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the best wall and the best processor seconds of each part for a case file of so many documents."""
    wall: dict[str, float] = {}
    cpu: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as home, Sandbox(Cage(seconds=60)) as box:
        folder = Path(home)
        package = a_package(folder, documents)
        for number in range(times + 1):
            clock, found = judged(package, folder / f"in{number}", box)
            if found:
                raise SystemExit(f"the case file should be good, and {found[0]} was found")
            if number:  # the first run starts the reader
                wall, cpu = _least(wall, clock.wall), _least(cpu, clock.cpu)
    return _summed(wall), _summed(cpu)


def _least(best: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    return {name: min(best.get(name, took), took) for name, took in now.items()}


def _summed(parts: Mapping[str, float]) -> dict[str, float]:
    return {**parts, "parse_and_check": parts["parse"] + parts["check"], "whole": sum(parts.values())}


def memory(attachment: int) -> float:
    """Return the peak of this process and of its reader together, in MiB, checking two documents."""
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as home:
        folder = Path(home)
        code = "from benchmarks.ingest_checks import peak; import sys; peak(sys.argv[1])"
        package = a_package(folder, 2, attachment=attachment)
        done = subprocess.run(
            [sys.executable, "-c", code, str(package)],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ,
        )
    return float(done.stdout.strip().splitlines()[-1])


def peak(package: str) -> None:
    """Check one package in this process and print the memory it took, in MiB."""
    path = Path(package)
    with Sandbox(Cage(seconds=60)) as box:
        judged(path, path.parent / "in", box)
    used = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    )
    print(used / 1024)


def main() -> None:
    """Measure, and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    calibrated = min(calibration() for _ in range(3))
    (small, small_cpu), (large, large_cpu) = (
        measure(asked.documents, asked.times),
        measure(10 * asked.documents, 1),
    )
    added = memory(ATTACHMENT) - memory(0)
    growth = {
        name: round(large_cpu[name] / (10 * small_cpu[name]), 2) for name in ("parse_and_check", "whole")
    }
    figures: dict[str, Any] = {
        "bench": "ingest_checks",
        "documents": asked.documents,
        "calibration_seconds": round(calibrated, 3),
        "seconds": {name: round(took, 3) for name, took in small.items()},
        "seconds_of_ten_times": {name: round(took, 3) for name, took in large.items()},
        "cpu_seconds": {name: round(took, 2) for name, took in small_cpu.items()},
        "cpu_seconds_of_ten_times": {name: round(took, 2) for name, took in large_cpu.items()},
        "cpu_growth_over_linear": growth,
        "parse_and_check_in_calibrations": round(small["parse_and_check"] / calibrated, 2),
        "whole_in_calibrations": round(small["whole"] / calibrated, 2),
        "attachment_bytes": ATTACHMENT,
        "attachment_adds_mib": round(added, 1),
        "goal": f"parse, look and check in {GOAL_SECONDS} s, growth at most {GOAL_RATIO}, {GOAL_MIB} MiB",
        "met": small["whole"] <= GOAL_SECONDS and max(growth.values()) <= GOAL_RATIO and added <= GOAL_MIB,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
