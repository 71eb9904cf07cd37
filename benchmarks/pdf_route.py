"""Files a second: our PDF/A route against Ghostscript with one veraPDF call per file, in one run.

    .venv/bin/python -m benchmarks.pdf_route [--files N] [--world] [--limit-memory MB]

Both get the same born-digital Vietnamese PDFs (drawn here with fpdf2, 1 to 5 pages, embedded fonts) and must end with
a file that veraPDF calls PDF/A-2b. With `--world` a second set too: the papers of the sample world's good case files
(`tests/samples/`, texts of real regulations in their letterhead, up to some 20 pages), as they are before anybody
signs them; scans are not among them. Ours does more: it looks into the file first, and it also compares pages, words
and looks. The other is what a script would do: `gs`, then `java ... GreenfieldCliWrapper -f 2b`, file after file. Ours
starts cold (JVM and sandbox included) and is also given warm. CPU seconds count all children. One JSON line on
standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF

from archive.hashing import sha256_of_file
from archive.pdfa.verapdf import JAR, VeraPdf
from archive.settings import ArchiveSettings
from ingest.delivery import DeliveredFile
from ingest.formats import ghostscript
from ingest.formats.cage import Limits
from ingest.formats.convert import Derivative, Source, normalise
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.formats.workshop import Tools, Workshop, workshop
from tests.samples import papers
from tests.samples.case_file import Made
from tests.samples.cast import cast
from tests.samples.world import sheet_of

SERIF = "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf"
TYPESET = frozenset({Made.SIGNED, Made.SIGNED_AGENCY, Made.PLAIN})
"""How a document of the sample world is made whose paper is a text PDF before it is signed."""
GOAL = 3.0
COMMAND = "org.verapdf.apps.GreenfieldCliWrapper"
SENTENCES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 245/TTr-SNV;",
    "Ban hành kèm theo Quyết định này Quy chế quản lý văn bản điện tử của tỉnh.",
    "Chánh Văn phòng, thủ trưởng các sở, ban, ngành chịu trách nhiệm thi hành.",
)


def documents(folder: Path, count: int) -> list[Path]:
    """Write the same documents at every call; return their paths."""
    chance = random.Random(1)
    paths = []
    for number in range(count):
        pdf = FPDF()
        pdf.add_font("Serif", fname=SERIF)
        pdf.set_font("Serif", size=13)
        for page in range(1 + number % 5):
            pdf.add_page()
            words = "\n".join(chance.choice(SENTENCES) for _ in range(25))
            pdf.multi_cell(0, 8, f"QUYẾT ĐỊNH số {number}, trang {page + 1}\n{words}")
        path = folder / f"{number:05}.pdf"
        pdf.output(str(path))
        paths.append(path)
    return paths


def of_the_world(folder: Path, count: int) -> list[Path]:
    """Write at most so many papers of the sample world, unsigned; return their paths."""
    paths: list[Path] = []
    for part in cast():
        if part.outcome != "stored":
            continue
        for document in part.plan.documents:
            if document.files[0] in TYPESET and len(paths) < count:
                path = folder / f"{len(paths):05}.pdf"
                papers.pdf(sheet_of(part.plan, document), path)
                paths.append(path)
    return paths


def ours(paths: Sequence[Path], into: Path, shop: Workshop) -> int:
    """Look into and normalise the files; return how many were accepted."""
    sources = []
    for number, path in enumerate(paths):
        file = DeliveredFile(path.name, path, path.stat().st_size, sha256_of_file(path))
        sources.append(Source(str(number), path, inspect(file, sandbox=shop.sandbox)))
    return sum(isinstance(made, Derivative) for made in normalise(sources, into, shop=shop))


def theirs(paths: Sequence[Path], into: Path) -> int:
    """Ghostscript, then one veraPDF command per file; return how many it called compliant."""
    into.mkdir(parents=True, exist_ok=True)
    jar = ArchiveSettings.load().tools_home / "verapdf" / JAR
    compliant = 0
    for path in paths:
        out = into / path.name
        ghostscript.convert(path, out, limits=Limits(seconds=300))
        ran = subprocess.run(
            ["java", "-cp", str(jar), COMMAND, "--format", "text", "-f", "2b", str(out)],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        compliant += ran.stdout.startswith("PASS")
    return compliant


def timed(work: Callable[[], int]) -> dict[str, float]:
    """Return what came of the work with its wall and CPU seconds, children that ended included."""
    before, began = os.times(), time.monotonic()
    accepted = work()
    wall, after = time.monotonic() - began, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    return {"accepted": accepted, "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}


def measure(made: Callable[[Path, int], list[Path]], count: int, limits: Limits) -> dict[str, Any]:
    """Return the figures of one run over the documents that are made."""
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as name:
        folder = Path(name)
        paths = made(folder, count)
        count = len(paths)

        def _cold() -> int:
            with VeraPdf() as vera, Sandbox(limits) as box:
                return ours(paths, folder / "cold", workshop(Tools(limits=limits), sandbox=box, vera=vera))

        cold = timed(_cold)  # its children end inside, so their CPU time is counted
        with VeraPdf() as vera, Sandbox(limits) as box:
            shop = workshop(Tools(limits=limits), sandbox=box, vera=vera)
            ours(paths, folder / "once", shop)
            warm = timed(lambda: ours(paths, folder / "warm", shop))
        warm.pop("cpu_seconds")  # the warm children still run: the kernel has not told us theirs
        other = timed(lambda: theirs(paths, folder / "other"))
    rate = {
        name: round(count / run["seconds"], 2)
        for name, run in (("cold", cold), ("warm", warm), ("other", other))
    }
    return {
        "files": count,
        "ours_cold": cold | {"files_a_second": rate["cold"]},
        "ours_warm": warm | {"files_a_second": rate["warm"]},
        "ghostscript_and_cli": other | {"files_a_second": rate["other"]},
        "ratio_cold": round(rate["cold"] / rate["other"], 2),
        "ratio_warm": round(rate["warm"] / rate["other"], 2),
        "ratio_cpu_cold": round(other["cpu_seconds"] / cold["cpu_seconds"], 2),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line; exit 0 only when every file was accepted on both ways and ours is so much faster, warm."""
    parser = argparse.ArgumentParser(
        description="Our PDF/A route against Ghostscript and the veraPDF command"
    )
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--world", action="store_true", help="also the papers of the sample world")
    parser.add_argument("--limit-memory", type=int, default=2048, help="MB, of a caged child")
    chosen = parser.parse_args(arguments)
    limits = Limits(memory_mb=chosen.limit_memory)
    figures: dict[str, Any] = {
        "benchmark": "pdf_route",
        "goal": f"ratio_warm >= {GOAL}",
        **measure(documents, chosen.files, limits),
    }
    runs = [figures]
    if chosen.world:
        figures["world"] = measure(of_the_world, chosen.files, limits)
        runs.append(figures["world"])
    figures["load"] = round(os.getloadavg()[0], 1)
    print(json.dumps(figures))
    ways = ("ours_cold", "ours_warm", "ghostscript_and_cli")
    accepted = all(run[way]["accepted"] == run["files"] for run in runs for way in ways)
    return 0 if accepted and all(run["ratio_warm"] >= GOAL for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
