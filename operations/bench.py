"""Run a benchmark by name. Each is a module in `benchmarks/` that prints one JSON line of figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from operations.errors import PartError
from operations.parts import ROOT


def names() -> list[str]:
    """Return the names of the benchmarks, as `tangthu bench` takes them."""
    return sorted(
        path.stem.replace("_", "-") for path in (ROOT / "benchmarks").glob("*.py") if path.stem != "__init__"
    )


def run(name: str, *arguments: str) -> dict[str, Any]:
    """Run one benchmark in a process of its own and return the figures of its last line.

    Raises:
        PartError: there is none of that name, or it failed.
    """
    if name not in names():
        raise PartError("bench", f"no benchmark {name}; there are {', '.join(names())}")
    module = f"benchmarks.{Path(name.replace('-', '_')).name}"
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.PIPE,  # tables and progress go to the error stream, for whoever watches
        text=True,
        check=False,
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        raise PartError(f"bench {name}", f"ended with code {done.returncode}; it said why above")
    figures: dict[str, Any] = json.loads(lines[-1])
    return figures
