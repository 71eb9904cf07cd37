"""Commands `tangthu retention schedule list|show|template|import|approve|refuse|withdraw`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from archive.cli import show, viewer_named
from archive.register.schedules import ScheduleVersion
from archive.register.session import reading, transaction
from retention import versions
from retention.options import AsJson, AsUser, Day, Roles
from retention.own_lines import Own, own_lines
from retention.own_schedules import schedule_of
from retention.problem import Problem
from retention.schedule import Line, Schedule, schedules
from retention.search_lines import lines_with
from retention.sheet_file import read_sheets
from retention.template import template as template_of

Sheet = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX or CSV")]


def read_own(path: Path) -> Own:
    """Return what a spreadsheet says.

    Raises:
        SheetError: it cannot be read.
    """
    with path.open("rb") as stream:
        return own_lines(read_sheets(stream))


def list_schedules(
    user: AsUser,
    role: Roles,
    agency: Annotated[str, typer.Option(help="only of this agency; * for those of all")] = "",
    as_json: AsJson = False,
) -> None:
    """List the state's schedules and the versions of agencies' own, the newest first."""
    with reading() as session:
        own = [
            facts_of(row)
            for row in versions.listing(session, viewer=viewer_named(user, role), agency=agency or None)
        ]
    state = [_state_facts(known) for known in schedules()]
    lines = [
        f"{one['id']:<36}  {one['agency']:<14} v{one['version']:<3} {one['state']:<9} from {one['valid_from']}  "
        f"{one['lines']:>4} lines  {one['name']} ({one['number']})"
        for one in own
    ]
    lines += [
        f"{one['id']:<36}  {'state':<14} {'whole' if one['complete'] else 'PART':<14} from {one['valid_from']}  "
        f"{one['lines']:>4} lines  {one['name']}"
        for one in state
    ]
    show({"own": own, "state": state}, as_json=as_json, text="\n".join(lines))


def show_schedule(
    schedule_id: str,
    user: AsUser,
    role: Roles,
    find: Annotated[str, typer.Option(help="only lines with these words")] = "",
    as_json: AsJson = False,
) -> None:
    """Show one schedule with its lines."""
    viewer = viewer_named(user, role)
    known = next((one for one in schedules() if one.id == schedule_id), None)
    if known is not None:
        facts, lines = _state_facts(known), known.lines
    else:
        with reading() as session:
            row = versions.one(session, schedule_id, viewer=viewer)
            facts, lines = facts_of(row), schedule_of(row).lines
    found = lines_with(lines, find)
    told = [f"{key}: {value}" for key, value in facts.items()]
    told += [f"{line.ref:>6}  {line.retention:<14} {line.title}" for line in found]
    show(facts | {"found": [_line(line) for line in found]}, as_json=as_json, text="\n".join(told))


def write_template(
    out: Annotated[Path, typer.Argument(help="file to write; ends in .xlsx or .csv")], as_json: AsJson = False
) -> None:
    """Write an empty schedule to fill in."""
    content = template_of("csv" if out.suffix.casefold() == ".csv" else "xlsx")
    out.write_bytes(content)
    show({"path": out, "size": len(content)}, as_json=as_json, text=str(out))


def import_schedule(
    path: Sheet,
    agency: Annotated[str, typer.Option(help="agency code; * for all agencies")],
    name: Annotated[str, typer.Option(help="of the schedule")],
    number: Annotated[str, typer.Option(help="of the paper that issued it")],
    signed_on: Day,
    signed_by: Annotated[str, typer.Option(help="name and position")],
    valid_from: Day,
    user: AsUser,
    role: Roles,
    valid_until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    check_only: Annotated[bool, typer.Option("--check-only", help="look through it, write nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose an agency's own schedule from a spreadsheet; the head approves it. Exit 1: rows are to be mended."""
    viewer = viewer_named(user, role)
    own = read_own(path)
    facts: dict[str, Any] = {
        "lines": len(own.lines),
        "problems": [problem_facts(problem) for problem in own.problems],
        "id": None,
    }
    if not own.refused and not check_only:
        draft = versions.Draft(
            agency=agency,
            name=name,
            number=number,
            signed_on=signed_on.date(),
            signed_by=signed_by,
            valid_from=valid_from.date(),
            valid_until=_date(valid_until),
            lines=own.lines,
        )
        with transaction() as session:
            facts["id"] = versions.propose(session, draft, viewer=viewer, now=datetime.now(UTC)).id
    told = [f"{'!' if problem.blocks else '?'} {problem.reason}" for problem in own.problems]
    told.append(
        f"{facts['id']}: {len(own.lines)} lines, waits for the head"
        if facts["id"]
        else f"{len(own.lines)} lines read, {sum(one.blocks for one in own.problems)} to mend; nothing was written"
    )
    show(facts, as_json=as_json, text="\n".join(told))
    if own.refused:
        raise typer.Exit(1)


def approve_schedule(schedule_id: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Put a proposed version in force, from its first day on; never by who proposed it."""
    with transaction() as session:
        row = versions.approve(session, schedule_id, viewer=viewer_named(user, role), now=datetime.now(UTC))
        facts = facts_of(row)
    show(facts, as_json=as_json, text=f"{facts['id']}: in force from {facts['valid_from']}")


def refuse_schedule(
    schedule_id: str, remark: str, user: AsUser, role: Roles, as_json: AsJson = False
) -> None:
    """Refuse a proposed version, or take one's own back, with a word why."""
    _decided(versions.refuse, "refused", schedule_id, remark, user, role, as_json)


def withdraw_schedule(
    schedule_id: str, remark: str, user: AsUser, role: Roles, as_json: AsJson = False
) -> None:
    """Take an approved version back that no period rests on, with a word why."""
    _decided(versions.withdraw, "withdrawn", schedule_id, remark, user, role, as_json)


def _decided(
    act: Callable[..., ScheduleVersion],
    word: str,
    schedule_id: str,
    remark: str,
    user: str,
    role: list[str],
    as_json: bool,
) -> None:
    with transaction() as session:
        viewer = viewer_named(user, role)
        facts = facts_of(act(session, schedule_id, viewer=viewer, remark=remark, now=datetime.now(UTC)))
    show(facts, as_json=as_json, text=f"{facts['id']}: {word}")


def problem_facts(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON values."""
    return {
        "row": problem.row,
        "cell": problem.cell,
        "column": problem.column,
        "value": problem.value,
        "blocks": problem.blocks,
        "why": str(problem.why),
        "mend": str(problem.mend),
    }


def facts_of(row: ScheduleVersion) -> dict[str, Any]:
    """Return a version as JSON values, without its lines."""
    return {
        "id": row.id,
        "agency": row.agency_code,
        "version": row.version,
        "state": row.state,
        "name": row.name,
        "number": row.number,
        "signed_on": row.signed_on,
        "signed_by": row.signed_by,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "lines": row.line_count,
        "lines_sha256": row.lines_sha256,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "remark": row.remark,
        "first_used_event": row.first_used_seq,
    }


def _state_facts(known: Schedule) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.instrument,
        "clause": known.clause,
        "valid_from": known.valid_from,
        "valid_until": known.valid_to,
        "complete": known.complete,
        "note": known.note_en,
        "lines": len(known.lines),
        "lines_sha256": known.sha256,
    }


def _line(line: Line) -> dict[str, str]:
    return {"ref": line.ref, "section": line.section, "title": line.title, "retention": line.retention}


def _date(value: datetime | None) -> date | None:
    return value.date() if value else None


SCHEDULE: dict[str, Callable[..., None]] = {
    "list": list_schedules,
    "show": show_schedule,
    "template": write_template,
    "import": import_schedule,
    "approve": approve_schedule,
    "refuse": refuse_schedule,
    "withdraw": withdraw_schedule,
}
