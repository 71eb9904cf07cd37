"""Agencies' own retention schedules as the reckoning takes them: each version until the next one begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import zip_longest

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from archive.reason import because
from archive.register.schedules import ScheduleState, ScheduleVersion
from archive.viewer import ALL_AGENCIES
from retention.errors import ScheduleError
from retention.own_lines import as_json, line_of, sha256_of
from retention.schedule import Line, Schedule, schedules

CLAUSE = "Bảng thời hạn lưu trữ"


def own_schedules(session: Session, agency: str) -> tuple[Schedule, ...]:
    """Return the approved versions that hold for an agency, its own before those for every agency, oldest first.

    Each ends the day before the next one of the same schedule begins.
    """
    rows = session.scalars(
        select(ScheduleVersion)
        .where(
            ScheduleVersion.state == ScheduleState.APPROVED,
            or_(ScheduleVersion.agency_code == agency, ScheduleVersion.agency_code == ALL_AGENCIES),
        )
        .options(undefer(ScheduleVersion.lines))
        .order_by(ScheduleVersion.agency_code.desc(), ScheduleVersion.valid_from)
    ).all()
    found = []
    for row, after in zip_longest(rows, rows[1:]):
        ends = row.valid_until
        if after is not None and after.agency_code == row.agency_code:
            last = after.valid_from - timedelta(days=1)
            ends = last if ends is None else min(ends, last)
        found.append(replace(schedule_of(row), valid_to=ends))
    return tuple(found)


def all_schedules(session: Session, agency: str) -> tuple[Schedule, ...]:
    """Return the schedules to look in for an agency's case files: its own, then the state's."""
    return (*own_schedules(session, agency), *schedules())


def schedule_named(session: Session, id: str, agency: str) -> Schedule:
    """Return a schedule that holds for an agency, its own or the state's, by id.

    Raises:
        ScheduleError: there is none of that id.
    """
    for known in all_schedules(session, agency):
        if known.id == id:
            return known
    raise ScheduleError(because("retention.no-schedule", schedule=id, who=agency))


def schedule_of(row: ScheduleVersion) -> Schedule:
    """Return a version as the reckoning takes it; whole, so it refuses a period below its rows."""
    note = f"Bản {row.version} của {row.agency_code}, hiệu lực từ {row.valid_from:%d/%m/%Y}."
    return Schedule(
        id=row.id,
        instrument=f"{row.name} ({row.number})",
        clause=CLAUSE,
        valid_from=row.valid_from,
        valid_to=row.valid_until,
        complete=True,
        note_vi=note,
        note_en=f"Version {row.version} of {row.agency_code}, from {row.valid_from} on.",
        sha256=row.lines_sha256,
        lines=tuple(map(line_of, row.lines)),
    )


def unsaved(name: str, agency: str, valid_from: date, lines: tuple[Line, ...]) -> Schedule:
    """Return lines that are in no register as a schedule, to see what they would do."""
    return Schedule(
        id="",
        instrument=name,
        clause=CLAUSE,
        valid_from=valid_from,
        valid_to=None,
        complete=True,
        note_vi="",
        note_en="",
        sha256=sha256_of(as_json(lines)),
        lines=lines,
    )
