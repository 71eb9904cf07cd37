"""Ledger events about rescans of what is kept, as register rows.

VIRUS_CHECK, object (holdings, "rescan"), one event for a batch in which nothing was found: {"clean": [package id],
"engine", "files"}.
VIRUS_CHECK, object (package, id): {"case_file_id", "engine", "files", "infected": [{"component_id", "sha256",
"signature"}], "untold": [the same]}. About a submission it is the intake's, and moves no row.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from archive.ledger.event import Event
from archive.register.models import Package
from archive.register.project_fixity import HOLDINGS
from archive.register.scans import PackageScan


def scanned(session: Session, event: Event) -> None:
    """VIRUS_CHECK: what was found in packages that are kept."""
    engine = str(event.payload.get("engine", ""))
    if event.object_kind == HOLDINGS:
        for id in event.payload.get("clean", ()):
            _note(session, event, id, engine, [], [])
    elif event.object_kind == "package":
        infected, untold = event.payload.get("infected", []), event.payload.get("untold", [])
        _note(session, event, event.object_id, engine, infected, untold)


def _note(
    session: Session, event: Event, id: str, engine: str, infected: list[object], untold: list[object]
) -> None:
    row = session.get(PackageScan, id)
    if row is None:
        if session.get(Package, id) is None:
            return
        row = PackageScan(package_id=id)
        session.add(row)
    row.scanned_at, row.engine = event.at, engine
    row.infected, row.untold, row.found = list(infected), list(untold), bool(infected)
