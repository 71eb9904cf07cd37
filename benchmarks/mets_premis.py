"""METS and PREMIS of one very large case file: seconds and peak memory, and that both stay in line.

    .venv/bin/python -m benchmarks.mets_premis [--files N]

Each size runs in a process of its own, so the peak is its own. Records are made as they are walked over;
every file is the same small one, so what is measured is the describing. One JSON line on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from archive.packages import mets, premis
from archive.packages.container import Container
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts
from archive.packages.verify import verify
from archive.packages.writer import write
from archive.settings import ArchiveSettings

CONTENT = b"Noi dung."
SHA256 = hashlib.sha256(CONTENT).hexdigest()
GOAL_SECONDS = 60
GOAL_MEGABYTES = 300
GOAL_GROWTH = 11


class LazyRecords:
    """N documents with an original and a PDF/A each, made as they are asked for."""

    def __init__(self, count: int, source: Path) -> None:
        self._count, self._source = count, source

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RecordFacts]:
        return (self._record(ordinal) for ordinal in range(1, self._count + 1))

    def _record(self, ordinal: int) -> RecordFacts:
        return RecordFacts(
            id=f"00000000-0000-4000-8000-{ordinal:012d}",
            ordinal=ordinal,
            code=f"000.06.16.G09.2020.01.{ordinal:07d}",
            type_name="Quyết định",
            number=str(ordinal),
            notation="QĐ-UBND",
            issued_on=date(2020, 5, 1),
            organ_name="Ủy ban nhân dân tỉnh Lạng Sơn",
            subject="Quyết định ban hành Quy chế công tác văn thư, lưu trữ",
            pages=3,
            description={
                "Language": "Tiếng Việt",
                "Mode": "Công khai",
                "Format": "Tốt",
                "Keyword": "lưu trữ",
            },
            components=(self._component(ordinal, "original"), self._component(ordinal, "pdfa")),
        )

    def _component(self, ordinal: int, role: str) -> ComponentFacts:
        return ComponentFacts(
            id=f"{ordinal:08d}-0000-4000-8000-{int(role == 'pdfa'):012d}",
            role=role,
            name=f"Quyết định {ordinal}.pdf",
            path=f"representations/{role}/data/{ordinal:06d}/Quyết định {ordinal}.pdf",
            media_type="application/pdf",
            puid="fmt/18",
            size=len(CONTENT),
            sha256=SHA256,
            facts={"route": "repair", "tools": {"pikepdf": "10.17"}, "verdict": {"compliant": True}},
            source=self._source,
        )


def large_case(files: int, source: Path) -> PackageFacts:
    """Return a case file of about that many files."""
    return PackageFacts(
        objid="urn:000.06.16.G09:uuid:9C13E70E-08B2-4C54-8BAF-979B35D01B4D",
        name="lang-son/so-noi-vu/2020/01/v0001.zip",
        version=1,
        made_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        case_file_id="case",
        submission_id="submission",
        agency_code="000.00.16.H37",
        agency_name="Sở Nội vụ tỉnh Lạng Sơn",
        fonds_code="000.06.16.G09",
        code="000.06.16.G09.2020.01",
        title="Hồ sơ xây dựng quy chế",
        regime="R1",
        access="01",
        start_date=date(2020, 1, 1),
        end_date=date(2020, 12, 31),
        maintenance="Vĩnh viễn",
        total_docs=files // 2,
        total_pages=files // 2 * 3,
        description={"Title": "Hồ sơ xây dựng quy chế"},
        records=cast(tuple[RecordFacts, ...], LazyRecords(files // 2, source)),
    )


def describe(facts: PackageFacts, into: Path) -> None:
    """Write only METS and PREMIS of both representations."""
    with into.open("w+b") as raw, Container(raw, facts.folder, facts.made_at) as container:
        for role in ("original", "pdfa"):
            with container.member(f"{role}/PREMIS.xml") as stream, premis.PremisWriter(stream) as writer:
                for record in facts.records:
                    for position, component in enumerate(record.components):
                        if component.role == role:
                            writer.component(record, position, component)
            member = container.last
            about = mets.Listed("PREMIS.xml", member.size, member.sha256, "text/xml")
            head = mets.Head(facts.objid, facts.title, "", facts.made_at, "0", "", "")

            def listed(role: str = role) -> Iterator[tuple[int, mets.Listed]]:
                for record in facts.records:
                    for one in record.components:
                        if one.role == role:
                            yield record.ordinal, mets.Listed(one.path, one.size, one.sha256, one.media_type)

            with container.member(f"{role}/METS.xml") as stream, mets.MetsWriter(stream, head) as form:
                form.preservation(about)
                form.documents(listed(), listed(), "")


def peak_megabytes() -> float:
    """Return the largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(files: int) -> dict[str, Any]:
    """Measure one size in this process."""
    schemas = ArchiveSettings.load().tools_home / "schemas"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source.pdf")
        source.write_bytes(CONTENT)
        facts = large_case(files, source)
        started, cpu = time.perf_counter(), time.process_time()
        describe(facts, Path(folder, "described.zip"))
        described = time.perf_counter() - started
        described_cpu = time.process_time() - cpu
        described_peak = peak_megabytes()
        started = time.perf_counter()
        written = write(replace(facts), Path(folder, "package.zip"), schemas=schemas)
        packaged = time.perf_counter() - started
        packaged_peak = peak_megabytes()
        started = time.perf_counter()
        faults = verify(written.path, schemas=schemas)
        return {
            "files": files,
            "mets_premis_seconds": round(described, 2),
            "mets_premis_cpu_seconds": round(described_cpu, 2),
            "mets_premis_peak_mb": round(described_peak),
            "package_seconds": round(packaged, 2),
            "package_peak_mb": round(packaged_peak),
            "package_mb": round(written.size / 1e6),
            "verify_seconds": round(time.perf_counter() - started, 2),
            "verify_peak_mb": round(peak_megabytes()),
            "faults": len(faults),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.files)))
        return 0
    command = [sys.executable, "-m", "benchmarks.mets_premis", "--one", "--files"]
    small, large = (
        json.loads(subprocess.run([*command, str(n)], check=True, capture_output=True, text=True).stdout)
        for n in (options.files // 10, options.files)
    )
    # Of CPU time: the machine may be busy with other things in one of the two runs.
    growth = large["mets_premis_cpu_seconds"] / max(small["mets_premis_cpu_seconds"], 0.01)
    good = (
        large["mets_premis_seconds"] <= GOAL_SECONDS
        and large["package_peak_mb"] <= GOAL_MEGABYTES
        and growth <= GOAL_GROWTH
    )
    result = {
        "benchmark": "mets_premis",
        "cores": os.cpu_count(),
        "large": large,
        "small": small,
        "seconds_ratio": round(growth, 1),
        "package_seconds_ratio": round(large["package_seconds"] / small["package_seconds"], 1),
        "goal": f"<= {GOAL_SECONDS} s, <= {GOAL_MEGABYTES} MB, 10 x the files <= {GOAL_GROWTH} x the CPU time",
        "good": good and not large["faults"],
    }
    print(json.dumps(result))
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
