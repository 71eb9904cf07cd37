"""`tangthu package signatures PATH`: the verdicts a package keeps on its signatures, recomputed from it alone."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show
from ingest.formats.cage import Limits
from ingest.formats.sandbox import Sandbox
from ingest.formats.signed import Asking
from ingest.settings import IngestSettings
from ingest.signatures.recheck import Rechecked, recheck
from ingest.signatures.report import SignatureReport
from ingest.signatures.trust import load


def signatures(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A package ZIP.")],
    trust: Annotated[
        list[Path] | None,
        typer.Option(help="Judge with these roots (file or folder) in place of those kept in the package."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON.")] = False,
) -> None:
    """Recompute the verdict on every signature from the package alone and compare it with the kept report.

    Exit 0 when every verdict came out as it was kept; whether a signature is good is what the verdict says.
    """
    only = [(place.name, place.resolve()) for place in trust or ()]
    load(only)
    settings = IngestSettings.load()
    limits = Limits(seconds=settings.convert_seconds, memory_mb=settings.convert_memory_mb)
    with Sandbox(limits) as box:
        found = list(recheck(path, Asking(box), only=only))
    equal = not any(one.faults for one in found)
    facts = {"path": str(path), "equal": equal, "files": [asdict(one) for one in found]}
    lines = [line for one in found for line in _lines(one)]
    show(facts, as_json=as_json, text="\n".join([*lines, "equal" if equal else "NOT EQUAL"]))
    raise typer.Exit(0 if equal else 1)


def _lines(one: Rechecked) -> list[str]:
    return [
        one.file,
        *(f"  {_line(signature)}" for signature in one.now or one.kept),
        *(f"  ! {fault}" for fault in one.faults),
    ]


def _line(one: SignatureReport) -> str:
    now = f"{one.now.verdict} {one.now.sub_indication}".strip()
    then = f"{one.then.verdict} {one.then.sub_indication}".strip()
    by = ", ".join(part for part in (one.signer, one.unit, one.organisation) if part)
    roots = ", ".join(f"{link.trust_list} {link.sha256[:16]}" for link in one.chain if link.trust_list)
    basis = one.then.basis or "moment not said"
    return (
        f"{one.kind} {by or '?'}: {now} at {one.now.at}; at signing ({basis}) {then}; root {roots or 'none'}"
    )
