"""The command that drills the restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show
from operations.drill import run as drills
from operations.drill.outcome import Drill

Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `tangthu`."""
    app.command()(drill)


def drill(
    into: Annotated[Path, typer.Option(help="An empty folder, or one that does not exist.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="A backup; without it from the stores alone.")
    ] = None,
    user: Annotated[str, typer.Option("--as", help="Who has it done.")] = "system:operator",
    samples: Annotated[int, typer.Option(min=0, help="Packages to read whole and check.")] = 20,
    register_url: Annotated[str, typer.Option(help="Empty database, for a backup of PostgreSQL.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave what was restored there.")] = False,
    as_json: Json = False,
) -> None:
    """Restore to an empty place, compare, and write the minutes (PDF/A) there.

    What was restored is overwritten and removed after comparing. Exit 1 when something differs, or lies in the stores
    and is in no event.
    """
    done = drills.drill(
        into, actor=user, backup=source, samples=samples, register_url=register_url, keep=keep
    )
    lines = [
        f"restored in {done.seconds} s from {done.source}",
        *(f"{'equal    ' if one.equal else 'NOT EQUAL'} {one.name}: {one.after}" for one in done.compared),
        *(f"NOT COMPARED {name}" for name in done.not_compared),
        *_applied(done),
        f"{sum(one['good'] for one in done.samples)} of {len(done.samples)} sampled packages are good",
        *(f"NOT GOOD: {one['name']} {'; '.join(one['faults'])}" for one in done.samples if not one["good"]),
        *done.faults,
        *(f"found without an event: {name}" for name in done.adopted),
        f"minutes: {done.minutes}",
    ]
    show(done.facts(), as_json=as_json, text="\n".join(lines))
    raise typer.Exit(0 if done.equal else 1)


def _applied(done: Drill) -> list[str]:
    if done.source == "stores":
        return []
    return [
        f"{done.applied} events since the backup applied; {done.destroyed_since} case files destroyed since"
    ]
