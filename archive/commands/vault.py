"""The vault's commands together, and those that stand alone: `repair`, `rebuild`, `forget`, `erase-again`, `upgrade`.

Exit 0 only when all is well, 1 when something was found, 2 when it could not be told.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import select

from archive import erasing_again
from archive import fixity as fixities
from archive.cli import show
from archive.commands.authenticator import authenticator
from archive.commands.fixity import fixity
from archive.commands.ledger import ledger
from archive.commands.outcome import AsJson, leave
from archive.commands.packages import package
from archive.errors import NotFoundError
from archive.evidence.cli import evidence
from archive.rebuild import NOT_COMPARABLE, Report
from archive.rebuild import rebuild as rebuild_register
from archive.register.forgetting import forget as forget_deleted
from archive.register.migrate import upgrade as migrate
from archive.register.models import Package
from archive.register.session import engine, reading


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.add_typer(authenticator, name="authenticator")
    app.add_typer(ledger, name="ledger")
    app.add_typer(evidence, name="evidence")
    app.add_typer(fixity, name="fixity")
    app.add_typer(package, name="package")
    app.command("repair")(repair)
    app.command("rebuild")(rebuild)
    app.command("forget")(forget)
    app.command("erase-again")(erase_again)
    app.command("upgrade")(upgrade)


def repair(
    name: Annotated[str, typer.Argument(metavar="PACKAGE", help="Id or name of the package.")],
    user: Annotated[str, typer.Option("--as", help="Who orders the repair.")] = "system:operator",
    as_json: AsJson = False,
) -> None:
    """Replace damaged and missing copies of a package from a good one."""
    with reading() as session:
        id = session.scalar(select(Package.id).where((Package.id == name) | (Package.name == name)))
    if id is None:
        raise NotFoundError(f"there is no package {name}; `tangthu package list` shows them")
    mended = fixities.repair(id, actor=user, now=datetime.now(UTC))
    show({"repaired": mended}, as_json=as_json, text=f"repaired: {', '.join(mended) or 'nothing was bad'}")


def forget(as_json: AsJson = False) -> None:
    """Take what was deleted out of the register's files: PostgreSQL's tables are written anew, and wait meanwhile.

    For a quiet hour after a destruction that said the tables are large or in use. Exit 1: not all of it was done.
    """
    forgotten = forget_deleted(however_large=True)
    show(asdict(forgotten), as_json=as_json, text=f"{forgotten.how} {forgotten.trouble}".strip())
    leave(forgotten.whole)


def rebuild(as_json: AsJson = False) -> None:
    """Make the register again from packages and ledger, and say whether it is the same.

    Exit 1 when it is not, when a package is in no store, or when there was a trouble that is named.
    """
    report = rebuild_register()
    lines = [
        f"{report.events} events replayed, digests compared at event {report.at_event}",
        f"before: {report.digest_before or 'not known: no checkpoint was written'}",
        f"after:  {report.digest_after}",
        _compared(report),
        *(f"found again without an event: {name}" for name in report.adopted),
        *(f"in no store: {name}" for name in report.missing),
        *report.troubles,
    ]
    show(asdict(report), as_json=as_json, text="\n".join(lines))
    found = bool(report.missing or report.troubles)
    if report.verdict == NOT_COMPARABLE and not found:
        raise typer.Exit(2)
    leave(report.equal and not found)


def _compared(report: Report) -> str:
    if report.verdict != NOT_COMPARABLE:
        return "equal" if report.equal else "NOT EQUAL"
    if not report.digest_before:
        return "cannot be compared: no checkpoint says what the register was"
    return (
        f"cannot be compared: {report.destroyed_since} case files were destroyed after event {report.at_event}, "
        "and what they held is nowhere any more"
    )


def erase_again(
    user: Annotated[str, typer.Option("--as", help="Who has it done.")] = "system:operator",
    as_json: AsJson = False,
) -> None:
    """Erase what was destroyed by order and lies in a store again; exit 1 when something of it is not gone."""
    done = erasing_again.erase_again(actor=user, now=datetime.now(UTC))
    lines = [*(f"erased again: {one}" for one in done.erased), *done.troubles]
    facts = {**asdict(done), "ok": not done.troubles}
    show(facts, as_json=as_json, text="\n".join(lines) or "nothing that was destroyed lies in a store")
    leave(not done.troubles)


def upgrade(as_json: AsJson = False) -> None:
    """Make the register's tables, or bring them to this program's version; a second call changes nothing."""
    version = migrate(engine())
    show({"version": version}, as_json=as_json, text=f"the register's tables have version {version}")
