"""Commands about the ways in: `tangthu inbox list`, `tangthu inbox fetch NAME`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from archive.cli import show
from ingest import rounds
from ingest.fetching import fetch_all
from ingest.gateway.opening import named, opened
from ingest.settings import IngestSettings

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

inbox = typer.Typer(no_args_is_help=True, help="The ways in: how each stands, and asking one now.")


@inbox.command("list")
def list_inboxes(as_json: Json = False) -> None:
    """Show every way in that is set and what its last asking came to; exit 1 when one fails."""
    states = rounds.states()
    rows: list[dict[str, Any]] = []
    for one in IngestSettings.load().ways_in:
        state = states.get(one.name)
        rows.append(
            {
                "name": one.name,
                "kind": one.kind,
                "asked_at": state.asked_at.isoformat() if state and state.asked_at else None,
                "well_at": state.well_at.isoformat() if state and state.well_at else None,
                "failures": state.failures if state else 0,
                "waiting": state.waiting if state else 0,
                "error": state.error if state else "",
            }
        )
    lines = [
        f"{row['name']:<24} {row['kind']:<11} {row['asked_at'] or 'never asked'}  "
        + (row["error"] or f"{row['waiting']} messages wait")
        for row in rows
    ]
    show({"inboxes": rows}, as_json=as_json, text="\n".join(lines) or "no way in is set")
    raise typer.Exit(1 if any(row["failures"] for row in rows) else 0)


@inbox.command("fetch")
def fetch_inbox(name: str, as_json: Json = False) -> None:
    """Ask one way in now, whatever its turn, and take in what waits.

    Of a folder with `ready = "stable"` nothing: only the worker has seen for how long a file has been as it is.
    """
    with opened(named(name)) as one:
        new = fetch_all(one, now=datetime.now(UTC))
    show({"inbox": name, "new": new}, as_json=as_json, text=f"{name}: {new} new deliveries")
