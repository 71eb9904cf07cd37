"""`tangthu fixity run|roll`: read copies and compare hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import func, select

from archive import fixity as fixities
from archive.cli import show
from archive.commands.outcome import AsJson, leave
from archive.errors import NotFoundError, OrderRefusedError
from archive.register.models import Copy, CopyState, Package
from archive.register.session import reading
from archive.rolling.roll import roll
from archive.rolling.segments import roll_evidence, roll_segments

fixity = typer.Typer(no_args_is_help=True, help="Read every copy and compare hashes.")


@fixity.command("run")
def fixity_run(
    limit: Annotated[int, typer.Option(help="Packages at most, those not checked for longest first.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Read every copy of every package and note what it is; repairs nothing."""
    found = []
    for id, name in list(_to_check(limit)):
        try:
            states = fixities.verify_package(id, now=datetime.now(UTC))
        except (NotFoundError, OrderRefusedError):
            continue  # destroyed meanwhile, or being destroyed at this moment: missing copies are no fault
        found.append({"package": name, "copies": {store: str(state) for store, state in states.items()}})
    bad = [one for one in found if set(one["copies"].values()) != {"verified"}]  # type: ignore[attr-defined]
    lines = [f"{one['package']}: {one['copies']}" for one in bad]
    told = "\n".join([*lines, f"{len(found)} packages checked, {len(bad)} with a bad copy"])
    show({"checked": len(found), "bad": bad, "ok": not bad}, as_json=as_json, text=told)
    leave(not bad)


@fixity.command("roll")
def fixity_roll(
    everything: Annotated[
        bool, typer.Option("--all", help="Read every copy now, not only what is due.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the copies and segments that are due, and mend what is bad; workers do this every ten minutes.

    Exit 1 when something could not be mended, or a store did not answer.
    """
    now = datetime.now(UTC)
    done = roll(now, everything=everything)
    mended = roll_segments(now, everything=everything)
    evidence = roll_evidence(now, everything=everything)
    ok = not (done.lost or done.troubles or done.away or mended.troubles or evidence.troubles)
    lines = [
        f"{done.copies} copies read, {done.size} bytes",
        *(f"mended: {one}" for one in done.mended),
        *(f"mended: {one}" for one in (*mended.written, *evidence.written)),
        *(f"mended: {one.store}:{one.key}" for one in (*mended.replaced, *evidence.replaced)),
        *(f"NO GOOD COPY: {name}" for name in done.lost),
        *(f"store {name} does not answer" for name in done.away),
        *done.troubles,
        *mended.troubles,
        *evidence.troubles,
    ]
    facts = {**asdict(done), "segments": asdict(mended), "evidence": asdict(evidence), "ok": ok}
    show(facts, as_json=as_json, text="\n".join(lines))
    leave(ok)


def _to_check(limit: int) -> Iterator[tuple[str, str]]:
    oldest = func.min(Copy.checked_at)
    query = (
        select(Package.id, Package.name)
        .join(Copy)
        .where(Copy.state != CopyState.ERASED)
        .group_by(Package.id, Package.name)
        .order_by(oldest, Package.name)
        .limit(limit or None)
    )
    with reading() as session:
        for row in session.execute(query).all():
            yield row.id, row.name
