"""Commands: make a backup, list them, let them expire, say that one was destroyed elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from archive.cli import show
from archive.register.backups import BackupSet
from archive.register.session import reading
from operations.backups import expiry, make

Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
User = Annotated[str, typer.Option("--as", help="Who has it done.")]

backups = typer.Typer(no_args_is_help=True, help="Backup sets: list, expire, destroyed.")


def register(app: typer.Typer) -> None:
    """Add these commands to `tangthu`."""
    app.command()(backup)
    app.add_typer(backups, name="backups")


def backup(
    into: Annotated[Path, typer.Option(help="An empty folder, or one that does not exist.")],
    user: User = make.ACTOR,
    as_json: Json = False,
) -> None:
    """Back up register, ledger, search index and the portal's papers; the packages lie in the stores."""
    made = make.make(into, now=datetime.now(UTC), actor=user)
    state = made.backup.state
    facts = {
        "path": into,
        "number": made.number,
        "expires_on": made.expires_on.isoformat(),
        "made_at": made.backup.made_at,
        "state": state.facts(),
        "files": len(made.backup.files),
    }
    text = (
        f"{made.number} in {into}: {len(made.backup.files)} files, up to event {state.event}, digest {state.digest}; "
        f"erased on {made.expires_on.isoformat()}"
    )
    show(facts, as_json=as_json, text=text)


@backups.command("list")
def backups_list(as_json: Json = False) -> None:
    """List every backup set there is or was."""
    with reading() as session:
        facts = [
            {name: getattr(row, name) for name in BackupSet.__table__.columns.keys()}  # noqa: SIM118
            for row in session.scalars(select(BackupSet).order_by(BackupSet.number))
        ]
    lines = [f"{one['number']}  {one['state']}  until {one['expires_on']}  {one['place']}" for one in facts]
    show(facts, as_json=as_json, text="\n".join(lines) or "no backup")


@backups.command("expire")
def backups_expire(user: User = make.ACTOR, as_json: Json = False) -> None:
    """Erase the backups whose day has come; workers do this by themselves. Exit 1 when one is not gone."""
    done = expiry.expire(now=datetime.now(UTC), actor=user)
    lines = [*(f"erased: {number}" for number in done.erased), *done.troubles]
    facts = {**asdict(done), "ok": not done.troubles}
    show(facts, as_json=as_json, text="\n".join(lines) or "no backup is due")
    raise typer.Exit(1 if done.troubles else 0)


@backups.command("destroyed")
def backups_destroyed(
    number: Annotated[str, typer.Argument(help="Number of the backup.")],
    document: Annotated[str, typer.Option(help="Number and date of the minutes of its destruction.")],
    user: User = make.ACTOR,
    as_json: Json = False,
) -> None:
    """Write down that a backup was destroyed where it lay, with every copy of it."""
    now = datetime.now(UTC)
    expiry.destroyed(number, document=document, actor=user, now=now)
    done = expiry.expire(now=now, actor=user)
    text = f"{number} is destroyed; {done.owed} promises are still owed"
    show({"number": number, "owed": done.owed}, as_json=as_json, text=text)
