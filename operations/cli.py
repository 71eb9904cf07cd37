"""Commands of the machine room: up, down, doctor, demo."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from archive import furnished
from archive.cli import show
from archive.viewer import ALL_AGENCIES
from operations import bench as benches
from operations import doctor as doctors
from operations.accounts import Account
from operations.accounts import make as make_accounts
from operations.backups import commands as backups
from operations.demo import demonstrate
from operations.drill import commands as drills
from operations.furnishing import furnish
from operations.house import compiling, make_register, make_site, write_settings
from operations.parts import embedded
from operations.settings import OperationsSettings
from operations.supervisor import Ended, Supervisor, ask_to_end, refuse_second, to_screen
from operations.world import OFFICE_OF_THE_OFFICIAL, build_world, expectations, open_office, settle

Home = Annotated[Path, typer.Option(help="Folder for everything this house keeps.")]
Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
Engine = Annotated[str, typer.Option(help="sqlite (embedded) or elasticsearch (starts a real node).")]

OFFICE = "lgsp"
"""Folder of the sample world the simulator serves."""
TOLD = {
    Ended.STOPPED: "stopped",
    Ended.NOTHING_RAN: "nothing runs there",
    Ended.STILL_RUNS: "it does not stop: its log says why; kill the process of run/tangthu.pid if it hangs",
}


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.command()(up)
    app.command()(down)
    app.command()(doctor)
    app.command()(demo)
    app.command()(bench)
    backups.register(app)
    drills.register(app)


def up(
    home: Home = Path("var"),
    search: Engine = "sqlite",
    sample: Annotated[bool, typer.Option(help="Let sample offices send their case files.")] = False,
    as_json: Json = False,
) -> None:
    """Start every embedded part and serve until Ctrl-C."""
    refuse_second(home)
    home.mkdir(parents=True, exist_ok=True)
    new = not (home / "accounts.json").exists()
    accounts = make_accounts(
        home / "accounts.json", official_agency=OFFICE_OF_THE_OFFICIAL if sample else ALL_AGENCIES
    )
    # The offices typeset their papers while the site is made: neither needs the other.
    with ThreadPoolExecutor(1) as beside:
        typeset = beside.submit(_open_office, home) if sample else None
        write_settings(home, search=search, world=(home / OFFICE).resolve() if sample else None)
        make_register(_say)
        make_site(home / "accounts.json", _say)
        world = typeset.result() if typeset is not None else None
    if world is not None:
        settle(world)
    else:
        furnished.forget()
    operations = OperationsSettings.load()
    parts = Supervisor(embedded(), home=operations.home, start_seconds=operations.start_seconds)
    with compiling(home), parts as supervisor:
        url = f"http://{operations.host}:{operations.plone_port}/luutru"
        told = _welcome(url, home / "accounts.json", accounts if new else ())
        show({"url": url, "accounts": home / "accounts.json"}, as_json=as_json, text=told)
        sys.stdout.flush()
        if world is not None:
            threading.Thread(
                target=furnish, args=(expectations(world),), kwargs={"say": _say}, daemon=True
            ).start()
        supervisor.watch()


def _open_office(home: Path) -> Path:
    return open_office(build_world(home / "the-gioi-mau", say=_say), home / OFFICE)


def _welcome(url: str, file: Path, new: Sequence[Account]) -> str:
    lines = ["", f"Tàng Thư: {url}", ""]
    if new:
        lines.append("Accounts (shown once; kept in accounts.json of the home, mode 600):")
        lines += [
            f"  {account.login:<10} {account.password:<22} {account.fullname} ({account.title})"
            for account in new
            if account.password
        ]
    else:
        lines.append(f"Accounts: {file}")
    return "\n".join([*lines, "", "Ctrl-C stops everything."])


def down(home: Home = Path("var"), as_json: Json = False) -> None:
    """Stop the house that runs on a home; exit 1 when it does not stop."""
    ended = ask_to_end(home, say=_say)
    show({"ended": str(ended)}, as_json=as_json, text=TOLD[ended])
    raise typer.Exit(1 if ended is Ended.STILL_RUNS else 0)


def doctor(as_json: Json = False) -> None:
    """Say which tools and parts are there and which are missing; exit 1 when something needed is missing."""
    signs = doctors.examine()
    if as_json:
        show([sign.facts() for sign in signs], as_json=True)
    else:
        for sign in signs:
            mark = {True: "ok", False: "MISSING", None: "-"}[sign.well]
            print(f"{mark:<8}{sign.name:<18} {sign.found}" + (f"  -> {sign.remedy}" if not sign.well else ""))
    raise typer.Exit(1 if any(sign.well is False for sign in signs) else 0)


def demo(
    home: Home = Path("var/demo"),
    search: Engine = "sqlite",
    as_json: Json = False,
) -> None:
    """Drive one sample world down the whole road, print what became of it, exit 0 only if all was right."""
    report = demonstrate(home, search=search, say=_say)
    show(report.facts(), as_json=as_json, text=report.table())
    raise typer.Exit(0 if report.right else 1)


def bench(
    name: Annotated[str, typer.Argument(help="A benchmark's name, or all.")] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Always so: figures are JSON lines.")] = True,
) -> None:
    """Run a benchmark (or all): figures as JSON lines, tables on the error stream."""
    for one in benches.names() if name == "all" else [name]:
        print(json.dumps({"bench": one, **benches.run(one)}, ensure_ascii=False), flush=True)


def _say(line: str) -> None:
    to_screen("tangthu", line)
