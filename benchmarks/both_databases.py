"""How a benchmark that counts on both databases is run: each in turn, or the one that is named; one JSON line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

from benchmarks.million import DATABASES, load


def on_both(
    bench: str, about: str, measure: Callable[..., dict[str, Any]], sizes: dict[str, int], goal: str
) -> None:
    """Measure on each database and say whether the goal is met on all of them.

    Args:
        bench: its name.
        about: what `--help` says.
        measure: called with each size and then the database; its figures say whether the goal is "met".
        sizes: an option for each, and how large it is when nothing is said.
        goal: with the sizes in it, as `{case_files}`.
    """
    parser = argparse.ArgumentParser(description=about)
    for size, default in sizes.items():
        parser.add_argument(f"--{size.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--database", choices=DATABASES)
    asked = vars(parser.parse_args())
    databases = (asked["database"],) if asked["database"] else DATABASES
    found = {one: measure(*(asked[size] for size in sizes), one) for one in databases}
    figures = {
        "bench": bench,
        **found,
        "goal": goal.format(**asked),
        "met": all(one["met"] for one in found.values()),
        "load": load(),
    }
    print(json.dumps(figures))
