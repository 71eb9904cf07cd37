"""Commands about lists of due files: `tangthu due list|put|withdraw|announce`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from archive.cli import show, viewer_named
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from ingest.duelists import lists
from ingest.duelists.lists import DueListError, Listed
from ingest.duelists.sheet import read_sheet

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Agency = Annotated[str, typer.Option(help="Code of the agency.")]

due = typer.Typer(no_args_is_help=True, help="Case files that fall due: the lists agencies announce.")


@due.command("list")
def list_due(
    user: AsUser,
    role: Roles,
    agency: Agency = "",
    state: Annotated[str, typer.Option(help="not-sent, checking, returned, stored, overdue or soon.")] = "",
    page: int = 1,
    as_json: Json = False,
) -> None:
    """List what falls due and how far it has come, the earliest day first."""
    with reading() as session:
        found = lists.listing(
            session,
            viewer=viewer_named(user, role),
            today=day_of(datetime.now(UTC)),
            agency=agency,
            state=state,
            page=page,
        )
        rows = [facts_of(one) for one in found.items]
    lines = [
        f"{row['planned_on']}  {row['state']:<9}{' overdue' if row['overdue'] else '':<9} {row['code']:<32} "
        f"{row['title']}"
        for row in rows
    ]
    show(
        {"total": found.total, "counts": dict(found.counts), "items": rows},
        as_json=as_json,
        text="\n".join(lines) or "nothing is on the list",
    )


@due.command("put")
def put_due(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX or CSV.")],
    agency: Agency,
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Put a spreadsheet's lines on an agency's list; with anything wrong in it none is taken, exit 2."""
    with tempfile.TemporaryDirectory() as scratch:
        read = read_sheet(path, path.name, Path(scratch))
    if read.problems:
        raise DueListError(read.problems)
    with transaction() as session:
        changed = lists.put(
            session, agency, read.lines, viewer=viewer_named(user, role), now=datetime.now(UTC)
        )
    facts = {"agency": agency, "lines": len(read.lines), "changed": changed}
    show(facts, as_json=as_json, text=f"{agency}: {len(read.lines)} lines, {changed} new or changed")


@due.command("withdraw")
def withdraw_due(
    code: str,
    why: str,
    agency: Agency,
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Take a case file off an agency's list with a word why; exit 1 when it was not on it."""
    with transaction() as session:
        gone = lists.withdraw(
            session, agency, [code], why=why, viewer=viewer_named(user, role), now=datetime.now(UTC)
        )
    show({"code": code, "withdrawn": bool(gone)}, as_json=as_json, text=f"{code}: {gone} taken off")
    raise typer.Exit(0 if gone else 1)


@due.command("announce")
def announce_due(as_json: Json = False) -> None:
    """Announce what falls due within 30 days; a running house does it by itself."""
    now = datetime.now(UTC)
    with transaction() as session:
        count = lists.announce(session, now=now, today=day_of(now))
    show({"announced": count}, as_json=as_json, text=f"{count} case files announced")


def facts_of(one: Listed) -> dict[str, Any]:
    """Return a line as JSON values."""
    line = one.line
    return {
        "agency": line.agency_code,
        "code": line.code,
        "title": line.title,
        "period": line.period,
        "ended_on": line.ended_on,
        "planned_on": line.planned_on,
        "note": line.note,
        "state": str(one.state),
        "overdue": one.overdue,
        "due_soon": one.soon,
        "announced_at": line.announced_at,
        "submission": one.submission_id,
    }
