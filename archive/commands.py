"""The vault's commands: is everything still what it was, and make it so again.

`ledger verify|seal|stamp|prove`, `fixity run|roll`, `repair`, `rebuild`, `upgrade`, `package list|verify`. Exit 0 only
when all is well, 1 when something was found, 2 when it could not be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from archive import fixity as fixities
from archive.checkpoints import write_checkpoint
from archive.cli import show, show_each
from archive.errors import NotFoundError, OrderRefusedError
from archive.evidence.cli import evidence
from archive.ledger.mend import mend
from archive.ledger.mended import record
from archive.ledger.prove import prove
from archive.ledger.rows import SealRow
from archive.ledger.stamp import owed
from archive.ledger.verify import verify as verify_ledger
from archive.packages.verify import verify as verify_path
from archive.packages.verify import verify_any
from archive.reason import as_json as reason_as_json
from archive.rebuild import NOT_COMPARABLE, Report
from archive.rebuild import rebuild as rebuild_register
from archive.register.migrate import upgrade as migrate
from archive.register.models import CaseFile, Copy, CopyState, Package
from archive.register.session import engine, reading, transaction
from archive.rolling.roll import roll
from archive.rolling.segments import roll_evidence, roll_segments
from archive.settings import ArchiveSettings
from archive.stamping import stamp
from archive.stores.settings import FolderSettings

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
ROWS = 500
"""Read from the register at a time."""

ledger = typer.Typer(no_args_is_help=True, help="The ledger: verify, seal, stamp, prove.")
fixity = typer.Typer(no_args_is_help=True, help="Read every copy and compare hashes.")
package = typer.Typer(no_args_is_help=True, help="Archival packages.")


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.add_typer(ledger, name="ledger")
    app.add_typer(evidence, name="evidence")
    app.add_typer(fixity, name="fixity")
    app.add_typer(package, name="package")
    app.command("repair")(repair)
    app.command("rebuild")(rebuild)
    app.command("upgrade")(upgrade)


@ledger.command("verify")
def ledger_verify(as_json: AsJson = False) -> None:
    """Recompute every hash, root and chain value, and compare the segments in the stores."""
    with reading() as session:
        faults = verify_ledger(session)
    told = [str(fault) for fault in faults]
    facts = {"faults": told, "reasons": [reason_as_json(fault) for fault in faults], "ok": not faults}
    show(facts, as_json=as_json, text="\n".join(told) or "the ledger is whole")
    _exit(not faults)


@ledger.command("seal")
def ledger_seal(as_json: AsJson = False) -> None:
    """Seal what is new; give every store the segments it lacks, replace damaged ones, write the register's digest.

    Exit 1 when a store could not be made whole.
    """
    now = datetime.now(UTC)
    with reading() as session:
        mended = mend(session)
    with transaction() as session:
        record(session, mended, now=now)
        checkpoint = write_checkpoint(session, now=now)
        segments = session.scalar(select(func.count()).select_from(SealRow))
    facts = {
        "segments": segments,
        "checkpoint": asdict(checkpoint) if checkpoint else None,
        **asdict(mended),
        "ok": not mended.troubles,
    }
    lines = [
        f"{segments} segments; sealed to event {checkpoint.seq}" if checkpoint else "the ledger is empty",
        *(f"written again: {one}" for one in mended.written),
        *(f"replaced: {one.store}:{one.key}, the damaged one is {one.aside}" for one in mended.replaced),
        *mended.troubles,
    ]
    show(facts, as_json=as_json, text="\n".join(lines))
    _exit(not mended.troubles)


@ledger.command("stamp")
def ledger_stamp(as_json: AsJson = False) -> None:
    """Have the newest seal time-stamped now by the authority of `[archive] tsa_url`. Exit 1 while a stamp is owed."""
    number = stamp(now=datetime.now(UTC))
    with reading() as session:
        debt = owed(session)
    facts = {"stamped": number, "owed": debt.count, "owed_since": debt.since, "newest_stamp": debt.stamped_at}
    text = f"seal {number} is time-stamped" if number else "nothing was stamped"
    if debt.count:
        text += f"; {debt.count} seals wait for a time-stamp since {debt.since}"
        text += "" if ArchiveSettings.load().tsa_url else ": no authority is set ([archive] tsa_url)"
    show(facts, as_json=as_json, text=text)
    _exit(not debt.count)


@ledger.command("prove")
def ledger_prove(
    seq: Annotated[int, typer.Argument(help="Number of the event.")],
    into: Annotated[Path | None, typer.Option("--out", help="Write the proof to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give out the proof that an event is in the ledger (check it with archive/ledger/check_proof.py).

    The proof is JSON in any case; with --out, `--json` says where it was written.
    """
    with reading() as session:
        proof = prove(session, seq)
    if into is None:
        show(proof, as_json=True)
    else:
        into.write_text(json.dumps(proof, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        show({"seq": seq, "path": into}, as_json=as_json, text=str(into))


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
    _exit(not bad)


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
    _exit(ok)


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
    _exit(report.equal and not found)


def _compared(report: Report) -> str:
    if report.verdict != NOT_COMPARABLE:
        return "equal" if report.equal else "NOT EQUAL"
    if not report.digest_before:
        return "cannot be compared: no checkpoint says what the register was"
    return (
        f"cannot be compared: {report.destroyed_since} case files were destroyed after event {report.at_event}, "
        "and what they held is nowhere any more"
    )


def upgrade(as_json: AsJson = False) -> None:
    """Make the register's tables, or bring them to this program's version; a second call changes nothing."""
    version = migrate(engine())
    show({"version": version}, as_json=as_json, text=f"the register's tables have version {version}")


@package.command("list")
def package_list(as_json: AsJson = False) -> None:
    """List every package with the state of its copies."""
    with reading() as session:
        show_each(
            _packages(session),
            as_json=as_json,
            line=lambda fact: f"{fact['name']}  {fact['state']}  {fact['copies']}",
            nothing="no package",
        )


def _packages(session: Session) -> Iterator[Mapping[str, Any]]:
    """Yield what is told of each package, by name, `ROWS` at a time; paths are of stores that are folders."""
    folders = _folders()
    query = (
        select(Package, CaseFile.code, CaseFile.state)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .options(selectinload(Package.copies))
        .order_by(Package.name)
        .execution_options(yield_per=ROWS)
    )
    for one, code, state in session.execute(query):
        yield {
            "id": one.id,
            "name": one.name,
            "sha256": one.sha256,
            "size": one.size,
            "case_file": code,
            "state": state,
            "copies": {copy.store: copy.state for copy in one.copies},
            "paths": [
                str(folders[copy.store] / one.name)
                for copy in one.copies
                if copy.state != CopyState.ERASED and copy.store in folders
            ],
        }


def _folders() -> dict[str, Path]:
    """Return where the stores that are folders lie, by name."""
    return {
        store.name: store.path
        for store in ArchiveSettings.load().all_stores
        if isinstance(store, FolderSettings)
    }


@package.command("verify")
def package_verify(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True, help="A package (AIP, SIP, DIP), folder or ZIP; any bag with --bag-only."
        ),
    ],
    bag_only: Annotated[bool, typer.Option("--bag-only", help="Check the bag (RFC 8493) only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a package, ours or another's, against BagIt, METS, PREMIS and its own hashes; name every fault."""
    schemas = ArchiveSettings.load().tools_home / "schemas"
    faults = (
        verify_path(path, schemas=schemas, bag_only=True) if bag_only else verify_any(path, schemas=schemas)
    )
    text = "\n".join(f"{fault.rule}  {fault.path or '(whole)'}  {fault.message}" for fault in faults)
    facts = {"path": str(path), "ok": not faults, "faults": [asdict(fault) for fault in faults]}
    show(facts, as_json=as_json, text=text or f"{path}: no fault")
    _exit(not faults)


def _exit(well: bool) -> None:
    if not well:
        raise typer.Exit(1)
