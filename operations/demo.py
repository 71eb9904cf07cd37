"""The demonstration: one sample world, driven down the whole road on real parts, and judged.

Offices send through the LGSP simulator; the pipeline receives, checks, converts, packages and deposits; then the
people act: an archivist accepts, one case file is held, one destroyed by approved order, one handed over. Each
line of the report is compared with what the world says should have happened.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from operations.accounting import memory_mb
from operations.accounts import make as make_accounts
from operations.house import make_register, make_site, write_settings
from operations.parts import embedded
from operations.report import Report
from operations.road import acts, lines, wait_until_settled
from operations.settings import OperationsSettings
from operations.supervisor import Supervisor
from operations.world import build_world, expectations, open_office, read_world, settle

KEPT = frozenset({"the-gioi-mau"})  # the typeset world is the same every time


def demonstrate(
    home: Path,
    *,
    search: str,
    say: Callable[[str], None],
    seconds: int = 1500,
    meanwhile: Callable[[Supervisor], None] = lambda supervisor: None,
) -> Report:
    """Run the whole road in an empty home and return the report.

    Args:
        home: emptied first, except for the typeset sample world.
        search: "sqlite" or "elasticsearch".
        say: told what happens, line by line.
        seconds: after this long without all deliveries settled the report is made as things are.
        meanwhile: called once a second while the pipeline works; tests disturb it there.
    """
    report, began = Report(), time.monotonic()

    def lap(name: str, since: float) -> float:
        now = time.monotonic()
        report.seconds[name] = round(now - since, 1)
        return now

    empty(home)
    world = build_world(home / "the-gioi-mau", say=say)
    office = open_office(world, home / "lgsp")
    mark = lap("sample world", began)
    write_settings(home, search=search, world=office)
    make_register(say)
    settle(office)
    make_accounts(home / "accounts.json", official_agency=read_world(office)["agencies"][0]["code"])
    make_site(home / "accounts.json", say)
    mark = lap("site", mark)
    operations = OperationsSettings.load()
    parts = embedded()
    with Supervisor(parts, home=operations.home, start_seconds=operations.start_seconds) as supervisor:
        mark = lap("start", mark)
        say("offices send; the pipeline works")
        expected = expectations(office)
        for _ in wait_until_settled(expected, seconds=seconds, say=say):
            meanwhile(supervisor)
            supervisor.restart_dead()
        mark = lap("intake", mark)
        report.lines.extend(lines(expected))
        report.acts.extend(acts(expected, office=office, say=say))
        lap("acts", mark)
        report.memory_mb = {part.name: memory_mb(supervisor.pid(part.name)) for part in parts}
    lap("total", began)
    return report


def empty(home: Path) -> None:
    """Remove what an earlier demonstration left; the typeset world stays."""
    home.mkdir(parents=True, exist_ok=True)
    for entry in home.iterdir():
        if entry.name in KEPT:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
