"""`tangthu package signatures PATH`: the verdicts a package keeps on its signatures, recomputed and judged today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from archive.cli import show
from archive.evidence.existence import Found, by_record, by_register
from archive.evidence.proof import Existence
from archive.evidence.rehash import digests_of
from archive.reason import as_json as reason_as_json
from archive.register.models import Package
from archive.register.session import reading
from archive.timestamps.ask import judge
from archive.timestamps.judge import Judge
from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking
from ingest.settings import IngestSettings
from ingest.signatures.recheck import Rechecked, recheck
from ingest.signatures.report import PROVEN, Moment, SignatureReport
from ingest.signatures.trust import load


def signatures(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A package ZIP.")],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Judge with these roots (file or folder) in place of those kept in the package."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The package's evidence record (RFC 4998): proves since when its signatures exist. "
            "Without it, what this archive has for the package.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON.")] = False,
) -> None:
    """Recompute the verdict on every signature from the package alone, compare it with the kept report; judge it today.

    Today's verdict may rest on a proof that the package existed while the certificates still held; only one that itself
    holds, by the roots of [archive] tsa_roots, counts. Exit 0 when every verdict came out as it was kept; whether a
    signature is good is what the verdict says.
    """
    only = [(place.name, place.resolve()) for place in trust or ()]
    load(only)
    now = datetime.now(UTC)
    proof = proven(path, evidence, now=now)
    since = proof.existence.since if proof.existence else None
    settings = IngestSettings.load()
    limits = Limits(seconds=settings.convert_seconds, memory_mb=settings.convert_memory_mb)
    with Sandbox(limits) as box:
        found = list(recheck(path, Asking(box), only=only, today=now, proven=since))
    equal = not any(one.faults for one in found)
    facts = {
        "path": str(path),
        "equal": equal,
        "files": [asdict(one) for one in found],
        "existence": asdict(proof.existence) if proof.existence else None,
        "no_existence": [reason_as_json(fault) for fault in proof.faults],
    }
    lines = [line for one in found for line in _lines(one)]
    told = [*lines, *_existence(proof), "equal" if equal else "NOT EQUAL"]
    show(facts, as_json=as_json, text="\n".join(told))
    raise typer.Exit(0 if equal else 1)


def proven(path: Path, evidence: Path | None, *, now: datetime) -> Found:
    """Return since when a package is proven to have existed: by a record that is given, or by what this archive has."""
    digests = digests_of(path)
    by = judge()
    if evidence is not None:
        return by_record(evidence.read_bytes(), digests, by, now=now)
    return _by_register(digests, by, now)


def _by_register(digests: Mapping[str, bytes], by: Judge, now: datetime) -> Found:
    try:
        with reading() as session:
            package = session.scalar(select(Package).where(Package.sha256 == digests["sha256"].hex()))
            if package is None:
                return Found(None)
            return by_register(session, package, digests, by, now=now)
    except SQLAlchemyError:
        return Found(None)  # a stranger's machine has no register; the package is judged all the same


def _existence(proof: Found) -> list[str]:
    if proof.existence is None:
        return ["no proof of existence that holds", *(f"  ! {fault}" for fault in proof.faults)]
    return [f"proven to have existed since {_by(proof.existence)}"]


def _by(one: Existence) -> str:
    what = {"evidence": "evidence record", "seal": "time-stamped seal of the ledger"}[one.proof]
    return f"{one.since.isoformat()}: {what}, by {', then '.join(one.authorities)}"


def _lines(one: Rechecked) -> list[str]:
    today = one.today or ()
    listed = one.now or one.kept
    return [
        one.file,
        *(
            f"  {_line(signature, today[n] if n < len(today) else None)}"
            for n, signature in enumerate(listed)
        ),
        *(f"  ! {fault}" for fault in one.faults),
    ]


def _line(one: SignatureReport, today: SignatureReport | None) -> str:
    by = ", ".join(part for part in (one.signer, one.unit, one.organisation) if part)
    roots = ", ".join(f"{link.trust_list} {link.sha256[:16]}" for link in one.chain if link.trust_list)
    basis = one.then.basis or "moment not said"
    told = f"{one.kind} {by or '?'}: {_said(one.now)} at {one.now.at}; at signing ({basis}) {_said(one.then)}"
    if today is not None:
        told += f"; today {_said(today.now)}" + (
            " by proof of existence" if today.now.basis == PROVEN else ""
        )
    return f"{told}; root {roots or 'none'}"


def _said(moment: Moment) -> str:
    return f"{moment.verdict} {moment.sub_indication}".strip()
