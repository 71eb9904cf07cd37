"""Which PDFs become valid PDF/A, and by which route: samples, nasty ones made anew, those of installed packages.

    .venv/bin/python -m benchmarks.pdf_corpus [--limit-memory MB] [--flavour 2b]

Every file is looked into and normalised; what was accepted is judged again by another veraPDF than the routes asked.
Counted are files that open without a password and have a page. The table goes to standard error, one JSON line to
standard output; exit 0 only when the share of valid ones reaches the goal and nothing accepted is invalid.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from archive.hashing import sha256_of_file
from archive.pdfa.verapdf import VeraPdf
from benchmarks import pdf_route
from ingest.delivery import DeliveredFile
from ingest.formats.cage import Limits
from ingest.formats.convert import Derivative, Source, normalise
from ingest.formats.flavour import FLAVOUR, TARGETS
from ingest.formats.inspect import inspect
from ingest.formats.sandbox import Sandbox
from ingest.formats.workshop import Tools, Workshop, workshop

GOAL = 0.99
SAMPLES = 50  # the documents `pdf_route` measures speed on
HOUSE = Path(__file__).parents[1]


def corpus(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every file: samples, nasty ones, and what lies in the installed packages."""
    for number, path in enumerate(pdf_route.documents(folder, SAMPLES)):
        yield f"sample {number}", path
    sys.path.insert(0, str(HOUSE / "tests" / "ingest"))
    from format_builders import OF_RULES
    from nasty_builders import NASTY

    for one in OF_RULES:
        if one.name.endswith(".pdf"):
            yield f"{one.rule} {one.name}", one.build(folder / one.name)
    for number, (name, build) in enumerate(NASTY.items()):
        yield name, build(folder / f"nasty{number:03}.pdf")
    import pikepdf

    packages = Path(pikepdf.__file__).parents[1]
    for path in sorted(packages.rglob("*.pdf")):
        yield f"package {path.relative_to(packages)}", path


def tried(name: str, path: Path, into: Path, shop: Workshop, vera: VeraPdf, flavour: str) -> dict[str, Any]:
    """Return what became of one file."""
    began = time.monotonic()
    size, sha256 = path.stat().st_size, sha256_of_file(path)
    facts = inspect(DeliveredFile(path.name, path, size, sha256), sandbox=shop.sandbox)
    row: dict[str, Any] = {"file": name, "counted": facts.problem is None and bool(facts.pages)}
    (made,) = normalise([Source("one", path, facts, flavour)], into, shop=shop)
    row["seconds"] = round(time.monotonic() - began, 2)
    if not isinstance(made, Derivative):
        return row | {"route": "", "valid": False, "accepted": False, "why": str(made.reason)[:300]}
    valid = vera.check(made.path, flavour).compliant is True
    return row | {"route": made.route, "valid": valid, "accepted": True, "why": ""}


def measure(limits: Limits, flavour: str) -> dict[str, Any]:
    """Return the figures of one run."""
    with (
        tempfile.TemporaryDirectory(prefix="tangthu-bench-") as place,
        VeraPdf() as vera,
        VeraPdf() as another,
        Sandbox(limits) as box,
    ):
        folder = Path(place)
        shop = workshop(Tools(limits=limits), sandbox=box, vera=vera)
        rows = [tried(name, path, folder / "out", shop, another, flavour) for name, path in corpus(folder)]
    counted = [row for row in rows if row["counted"]]
    valid = sum(row["valid"] for row in counted)
    hard = [row for row in counted if not row["file"].startswith("sample ")]
    return {
        "benchmark": "pdf_corpus",
        "flavour": flavour,
        "files": len(rows),
        "openable": len(counted),
        "valid": valid,
        "share": round(valid / len(counted), 4),
        "share_without_samples": round(sum(row["valid"] for row in hard) / len(hard), 4),
        "accepted_but_invalid": sum(row["accepted"] and not row["valid"] for row in rows),
        "routes": dict(Counter(row["route"] or "none" for row in counted)),
        "rows": rows,
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return the rows as lines."""
    lines = [f"{'file':<60} {'route':<12} {'valid':<6} {'seconds':>8}"]
    for row in rows:
        state = "yes" if row["valid"] else "no"
        lines.append(f"{row['file'][:60]:<60} {row['route'] or '-':<12} {state:<6} {row['seconds']:>8}")
        if row["why"]:
            note = "" if row["counted"] else "not counted: "
            lines.append(f"    {note}{row['why'][:200]}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print table and JSON line."""
    parser = argparse.ArgumentParser(description="Which PDFs become valid PDF/A, and by which route")
    parser.add_argument("--limit-memory", type=int, default=2048, help="MB, of a caged child")
    parser.add_argument("--flavour", choices=sorted(TARGETS), default=FLAVOUR)
    chosen = parser.parse_args(arguments)
    figures = measure(Limits(memory_mb=chosen.limit_memory), chosen.flavour)
    print(table(figures["rows"]), file=sys.stderr)
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if figures["share"] >= GOAL and not figures["accepted_but_invalid"] else 1


if __name__ == "__main__":
    sys.exit(main())
