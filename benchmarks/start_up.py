"""Set-up from bare, and a warm start: seconds for each part.

    python -m benchmarks.start_up [--search sqlite|elasticsearch] [--skip-bare]

Bare: a copy of the tree in a temporary folder, no virtual environment, an empty tools cache, empty caches of uv, pip
and Maven, so everything is fetched; Debian packages count as present. Warm: the same set-up again, with nothing to
do, then a house that was made before is started by the supervisor: seconds until each part answered, one after another.
Prints a table to the error stream and one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from operations.accounts import make as make_accounts
from operations.house import make_instance, make_register, make_site, write_settings
from operations.parts import ROOT, embedded
from operations.settings import OperationsSettings
from operations.supervisor import Supervisor

DONE = re.compile(r"setup: (.+) done in \d+ s")
READY = "setup: ready"
Seconds = Mapping[str, float]


def copy_tree(into: Path) -> None:
    """Copy what git keeps, as it is in the working tree now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, into / name)


def set_up(tree: Path, caches: Path) -> Seconds:
    """Run set-up in a tree with caches of its own and return the seconds of each of its parts, and of all.

    Raises:
        SystemExit: set-up failed; it said why on the error stream.
    """
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    env |= {
        "TANGTHU_TOOLS": str(caches / "tools"),
        "UV_CACHE_DIR": str(caches / "uv"),
        "PIP_CACHE_DIR": str(caches / "pip"),
        "MAVEN_OPTS": f"{os.environ.get('MAVEN_OPTS', '')} -Dmaven.repo.local={caches / 'maven'}".strip(),
    }
    found: dict[str, float] = {}
    began = last = time.monotonic()
    process = subprocess.Popen(
        [str(tree / "deploy" / "setup.sh")], cwd=tree, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        now = time.monotonic()
        if done := DONE.search(line):  # Maven may leave its colour codes before it
            found[done[1]] = round(now - last, 1)
            last = now
        if READY in line:
            found["all"] = round(now - began, 1)
    if process.wait():
        raise SystemExit(f"set-up ended with code {process.returncode}")
    return found


def start() -> Seconds:
    """Start every part of a house that is made, stop it, and return the seconds until each answered, and of all."""
    operations = OperationsSettings.load()
    began = time.monotonic()
    with Supervisor(
        embedded(), home=operations.home, start_seconds=600, log=lambda name, line: None
    ) as supervisor:
        return {**supervisor.seconds, "all": round(time.monotonic() - began, 1)}


def first_time(home: Path, search: str) -> Seconds:
    """Make a house: settings, register, instance, site; return the seconds of each."""
    found: dict[str, float] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        began = time.monotonic()
        act()
        found[name] = round(time.monotonic() - began, 1)

    def nothing(_line: str) -> None:
        pass

    timed("settings", lambda: write_settings(home, search=search, world=None))
    timed("register", lambda: make_register(nothing))
    accounts = home / "accounts.json"
    timed("accounts", lambda: make_accounts(accounts, official_agency="*"))
    timed("instance", lambda: make_instance(nothing))
    timed("site", lambda: make_site(accounts, nothing))
    return found


def table(figures: Mapping[str, Seconds]) -> str:
    """Return the figures for people: a block for each stage, a line for each part."""
    lines = []
    for stage, parts in figures.items():
        lines.append(stage.replace("_", " "))
        lines += [f"    {name:<28}{seconds:>8.1f} s" for name, seconds in parts.items()]
    return "\n".join(lines)


def measure(search: str, *, bare: bool) -> dict[str, Seconds]:
    """Return seconds per part of each stage."""
    figures: dict[str, Seconds] = {}
    with tempfile.TemporaryDirectory(prefix="tangthu-bare-") as folder:
        if bare:
            tree, caches = Path(folder) / "tree", Path(folder) / "caches"
            tree.mkdir()
            copy_tree(tree)
            figures["setup_from_bare"] = set_up(tree, caches)
            figures["setup_again"] = set_up(tree, caches)
    with tempfile.TemporaryDirectory(prefix="tangthu-bench-") as folder:
        home = Path(folder)
        figures["house_made"] = first_time(home, search)
        figures["first_start"] = start()
        figures["warm_start"] = start()
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--search", choices=("sqlite", "elasticsearch"), default="sqlite")
    parser.add_argument("--skip-bare", action="store_true", help="do not fetch everything anew")
    arguments = parser.parse_args()
    found = measure(arguments.search, bare=not arguments.skip_bare)
    print(table(found), file=sys.stderr)
    json.dump({"debian_packages": "present", "seconds": found}, sys.stdout, ensure_ascii=False)
    print()
