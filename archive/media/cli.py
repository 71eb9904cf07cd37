"""`tangthu media export|verify|import|list|destroyed`, and `tangthu promises`: what holders still owe."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from archive import promises as owed
from archive.cli import show
from archive.errors import ArchiveError
from archive.media import holder
from archive.media.bring_back import bring_back
from archive.media.check import check
from archive.media.export import export
from archive.register.media import Medium
from archive.register.session import reading

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
User = Annotated[str, typer.Option("--as", help="Who does it.")]
OPERATOR = "system:operator"
UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}

media = typer.Typer(no_args_is_help=True, help="Offline media: export, verify, import, list, destroyed.")


def register(app: typer.Typer) -> None:
    """Add these commands to `tangthu`."""
    app.add_typer(media, name="media")
    app.command("promises")(promises)


def size_of(text: str) -> int:
    """Return bytes: "25GB" is 25,000,000,000, as makers of discs count; "0" is no end.

    Raises:
        ArchiveError: it is no size.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]B)?", text.strip().upper())
    if not found:
        raise ArchiveError(f"--size {text}: write a number and KB, MB, GB or TB, such as 25GB")
    return int(float(found[1]) * UNITS[found[2] or ""])


@media.command("export")
def media_export(
    into: Annotated[Path, typer.Argument(help="An existing folder; each medium becomes a folder in it.")],
    size: Annotated[str, typer.Option(help="What one medium holds, e.g. 25GB; 0: no end.")] = "0",
    label: Annotated[str, typer.Option(help="What stands on the label beside the number.")] = "",
    copies: Annotated[int, typer.Option(min=1, help="On how many media each package is to stand.")] = 1,
    user: User = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Write packages and sealed ledger segments that are on too few media; call again after a break.

    Exit 1 when something was left out.
    """
    done = export(into, actor=user, now=datetime.now(UTC), size=size_of(size), label=label, copies=copies)
    lines = [f"{one.number}: {one.packages} packages, {one.size} bytes in {one.folder}" for one in done.media]
    lines += [f"{one.number}: left out: {why}" for one in done.media for why in one.left_out]
    lines += [f"larger than a medium: {name}" for name in done.too_large]
    well = not done.too_large and not any(one.left_out for one in done.media)
    show(
        asdict(done) | {"ok": well},
        as_json=as_json,
        text="\n".join(lines) or "everything is on media already",
    )
    _exit(well)


@media.command("verify")
def media_verify(
    path: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The medium's folder.")],
    user: User = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Read a medium whole, compare every hash, and ledger the result when the register knows it."""
    number, faults = check(path, actor=user, now=datetime.now(UTC))
    facts = {"number": number, "faults": faults, "ok": not faults}
    show(facts, as_json=as_json, text="\n".join(faults) or f"{number}: no fault")
    _exit(not faults)


@media.command("import")
def media_import(
    path: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The medium's folder.")],
    user: User = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Give the stores back what they lack, each hash compared with the register; destroyed records stay destroyed."""
    done = bring_back(path, actor=user, now=datetime.now(UTC))
    lines = [
        *(f"written: {one}" for one in done.written),
        *(f"destroyed, not brought back: {n}" for n in done.skipped),
    ]
    lines += done.faults
    if done.rebuild:
        lines.append("the register knew nothing: bring back the other media, then run `tangthu rebuild`")
    show(
        asdict(done) | {"ok": not done.faults},
        as_json=as_json,
        text="\n".join(lines) or "the stores lack nothing of it",
    )
    _exit(not done.faults)


@media.command("list")
def media_list(as_json: AsJson = False) -> None:
    """List every medium there is or was."""
    with reading() as session:
        facts = [
            {name: getattr(row, name) for name in Medium.__table__.columns.keys()}  # noqa: SIM118
            for row in session.scalars(select(Medium).order_by(Medium.number))
        ]
    lines = [
        f"{one['number']}  {one['state']}  {one['files']} files  {one['size']} bytes  {one['label']}"
        for one in facts
    ]
    show(facts, as_json=as_json, text="\n".join(lines) or "no medium")


@media.command("destroyed")
def media_destroyed(
    number: Annotated[str, typer.Argument(help="Number of the medium.")],
    document: Annotated[str, typer.Option(help="Number and date of the minutes of its destruction.")],
    user: User = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """Write down that a medium was physically destroyed; gives the receipts that were promised."""
    now = datetime.now(UTC)
    holder.destroyed(number, document=document, actor=user, now=now)
    left = owed.keep(actor=user, now=now, of=holder.NAME, due_only=False)
    text = f"{number} is destroyed; {len(left)} promises are still owed; export again what else stood on it"
    show({"number": number, "owed": [asdict(one) for one in left]}, as_json=as_json, text=text)


def promises(
    keep: Annotated[bool, typer.Option("--keep", help="Ask those whose day has come again.")] = False,
    user: User = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """List what holders still owe of destroyed records; exit 1 when a day has passed."""
    now = datetime.now(UTC)
    left = owed.keep(actor=user, now=now) if keep else owed.owed()
    lines = [_promise(one, now) for one in left]
    late = [one for one in left if one.overdue(now)]
    facts = {"owed": [asdict(one) | {"overdue": one.overdue(now)} for one in left], "ok": not late}
    show(facts, as_json=as_json, text="\n".join(lines) or "nothing is owed")
    _exit(not late)


def _promise(one: owed.Promise, now: datetime) -> str:
    late = " OVERDUE" if one.overdue(now) else ""
    return f"{one.by.isoformat()}{late}  {one.holder}  {one.what}  {one.trouble}".rstrip()


def _exit(well: bool) -> None:
    if not well:
        raise typer.Exit(1)
