"""Commands of the appraisal: which rows of the schedules a case file looks like, and the period an archivist sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from retention import appraisal
from retention.errors import ScheduleError
from retention.explain import explain
from retention.options import AsJson, AsUser, Reason, Roles, clock

Row = Annotated[str, typer.Option(help="SCHEDULE:ROW the case file is assigned to; its period is the least")]


def suggest(case_file_id: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Show the rows of the schedules most like a case file's title and types, with the words they share."""
    with reading() as session:
        explain(session, case_file_id, viewer=viewer_named(user, role))  # refuses whoever may not see it
        file = session.get_one(CaseFile, case_file_id)
        found = appraisal.suggested(session, file)
    facts = [
        {
            "row": f"{one.schedule.id}:{one.line.ref}",
            "title": one.line.title,
            "retention": one.line.retention,
            "instrument": one.schedule.instrument,
            "complete": one.schedule.complete,
            "in_force": one.in_force,
            "score": round(one.score, 2),
            "shared": list(one.shared),
        }
        for one in found
    ]
    lines = [
        f"{one['row']}  {one['retention']}  {one['title']}  ({', '.join(one['shared'])})"  # type: ignore[arg-type]
        for one in facts
    ]
    show(facts, as_json=as_json, text="\n".join(lines) or "no row is like it")


def set_period(
    case_file_id: str,
    period: str,
    reason: Reason,
    user: AsUser,
    role: Roles,
    row: Row = "",
    as_json: AsJson = False,
) -> None:
    """Set a period that is unclear, or make one longer ("20 năm", "Vĩnh viễn"); shorter is left to a council."""
    viewer, now = viewer_named(user, role), clock()
    schedule, colon, ref = row.rpartition(":")
    if row and not colon:
        raise ScheduleError(f"--row {row!r}: SCHEDULE:ROW")
    with transaction() as session:
        appraisal.set_period(
            session,
            case_file_id,
            period,
            reason=reason,
            viewer=viewer,
            now=now,
            row=(schedule, ref) if row else None,
        )
        steps = explain(session, case_file_id, viewer=viewer, today=day_of(now))
        file = session.get_one(CaseFile, case_file_id)
        facts = {
            "case_file_id": file.id,
            "permanent": file.permanent,
            "retention_years": file.retention_years,
            "last_day": file.last_day,
            "eligible_from": file.eligible_from,
        }
    show(facts, as_json=as_json, text="\n".join(f"{n}. {one.vi}" for n, one in enumerate(steps, 1)))


APPRAISAL: dict[str, Callable[..., None]] = {"suggest": suggest, "set-period": set_period}
"""Name -> command, below `tangthu retention`."""
