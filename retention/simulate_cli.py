"""`tangthu retention simulate`: what a new version of a schedule would move, before anybody approves it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from archive.cli import show, viewer_named
from archive.register.session import reading
from archive.vietnam import day_of
from archive.viewer import Viewer
from retention import versions
from retention.errors import ScheduleRefusedError
from retention.moves import MovesFile, totals_as_json
from retention.options import AsJson, AsUser, Roles
from retention.own_schedules import own_schedules, schedule_of, unsaved
from retention.schedule import Schedule
from retention.schedule_cli import read_own
from retention.settings import RetentionSettings
from retention.simulate import Move, Way
from retention.simulate import simulate as simulated


def simulate(
    file: Annotated[
        str, typer.Argument(help="XLSX or CSV of a new version, or the id of one that was proposed")
    ],
    agency: Annotated[str, typer.Option(help="agency code; * for all agencies")],
    user: AsUser,
    role: Roles,
    valid_from: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="of a file; today")
    ] = None,
    csv_out: Annotated[Path | None, typer.Option("--csv", help="write every move there")] = None,
    as_json: AsJson = False,
) -> None:
    """Say which case files a new version of a schedule would move, and by how much; nothing is written."""
    viewer = viewer_named(user, role)
    first = valid_from.date() if valid_from else day_of(datetime.now(UTC))
    with reading() as session:
        table = _to_simulate(session, file, agency, first, viewer)
        with (csv_out or Path(os.devnull)).open("w", encoding="utf-8", newline="") as sink:
            write: Callable[[Move], None] = MovesFile(sink) if csv_out else _nowhere
            totals = simulated(
                session,
                table,
                agency=agency,
                viewer=viewer,
                counting=RetentionSettings.load().counting,
                earlier=own_schedules(session, agency),
                moved=write,
            )
    facts = totals_as_json(totals)
    told = [f"{way:<8} {facts['ways'][way]:>10}" for way in Way]
    told += [f"{year}: {before} due, would be {after}" for year, (before, after) in facts["by_year"].items()]
    told.append(f"{totals.moved} of {totals.looked_at} case files would move")
    show(facts, as_json=as_json, text="\n".join(told))


def _nowhere(move: Move) -> None:
    pass


def _to_simulate(session: Session, file: str, agency: str, first: date, viewer: Viewer) -> Schedule:
    path = Path(file)
    if not path.is_file():
        return schedule_of(versions.one(session, file, viewer=viewer))
    own = read_own(path)
    if own.refused:
        raise ScheduleRefusedError(own.problems)
    return unsaved(path.name, agency, first, own.lines)
