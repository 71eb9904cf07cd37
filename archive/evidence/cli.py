"""`tangthu evidence renew|export|verify`: evidence records (RFC 4998) of packages and ledger seals."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show
from archive.errors import SettingsError
from archive.evidence import keep, record
from archive.evidence.export import of_package, of_seal, package_named
from archive.evidence.owed import owed
from archive.evidence.rehash import digests_of
from archive.evidence.rounds import make_rounds
from archive.ledger.mended import record as note_mended
from archive.reason import as_json as reason_as_json
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings
from archive.timestamps.ask import judge

HEX = re.compile(r"[0-9A-Fa-f]{64}")
AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]

evidence = typer.Typer(no_args_is_help=True, help="Evidence records: renew, export, verify.")


@evidence.command("renew")
def renew(as_json: AsJson = False) -> None:
    """Give packages without evidence theirs, renew time-stamps that run out soon, mend the rounds in every store.

    Exit 1 while something is owed, or when a store could not be made whole.
    """
    if not ArchiveSettings.load().tsa_url:
        raise SettingsError("no time-stamping authority is set; write [archive] tsa_url and tsa_roots")
    now = datetime.now(UTC)
    rounds = make_rounds(now=now)
    with reading() as session:
        mended = keep.mend(session)
        left = len(owed(session, now=now))
    if mended.written or mended.replaced:
        with transaction() as session:
            note_mended(session, mended, now=now)
    packages, renewed = sum(one.packages for one in rounds), sum(one.renewed for one in rounds)
    facts = {
        "rounds": [one.number for one in rounds],
        "packages": packages,
        "renewed": renewed,
        "owed": left,
        **asdict(mended),
    }
    text = (
        f"round {rounds[-1].number}: {packages} packages, {renewed} time-stamps renewed; {left} still owed"
        if rounds
        else f"nothing needed evidence; {left} owed"
    )
    lines = [
        text,
        *(f"written again: {one}" for one in mended.written),
        *(f"replaced: {one.store}:{one.key}, the damaged one is {one.aside}" for one in mended.replaced),
        *mended.troubles,
    ]
    show(facts, as_json=as_json, text="\n".join(lines))
    if left or mended.troubles:
        raise typer.Exit(1)


@evidence.command("export")
def export(
    package: Annotated[str, typer.Argument(help="Id or name of a package, or seal:NUMBER.")],
    out: Annotated[Path, typer.Option("--out", help="Write the record (RFC 4998, DER) to this file.")],
    as_json: AsJson = False,
) -> None:
    """Write the evidence record of a package or of a ledger seal."""
    with reading() as session:
        seal = package.removeprefix("seal:")
        if seal != package and seal.isdecimal():
            der = of_seal(session, int(seal))
        else:
            der = of_package(session, package_named(session, package))
    out.write_bytes(der)
    show({"path": out, "bytes": len(der)}, as_json=as_json, text=str(out))


@evidence.command("verify")
def verify(
    file: Annotated[
        Path | None, typer.Argument(exists=True, help="An evidence record; none: every round.")
    ] = None,
    of: Annotated[
        Path | None, typer.Option("--of", exists=True, help="The package (ZIP) the record is of.")
    ] = None,
    sha256: Annotated[str, typer.Option(help="Its SHA-256, instead of the package itself.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a record against the package it is of and the trusted roots; without one, all evidence of this archive."""
    now = datetime.now(UTC)
    if file is None:
        with reading() as session:
            faults = list(keep.verify(session, now=now))
        facts: dict[str, object] = {}
        well = "the evidence is whole"
    else:
        if (of is None) == (not sha256) or (sha256 and not HEX.fullmatch(sha256)):
            raise typer.BadParameter("say of what the record is: either --of PACKAGE.zip or --sha256 HEX")
        digests = {"sha256": bytes.fromhex(sha256)} if of is None else digests_of(of)
        verdict = record.judge(file.read_bytes(), digests, judge(), now=now)
        faults = list(verdict.faults)
        facts = {"since": verdict.since, "until": verdict.until, "authorities": verdict.authorities}
        who = ", then ".join(verdict.authorities)
        well = f"existed unchanged since {verdict.since}, by {who}; renew before {verdict.until}"
    told = [str(fault) for fault in faults]
    facts |= {"ok": not faults, "faults": told, "reasons": [reason_as_json(fault) for fault in faults]}
    show(facts, as_json=as_json, text="\n".join(told) or well)
    if faults:
        raise typer.Exit(1)
