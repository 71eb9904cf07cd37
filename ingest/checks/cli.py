"""Commands about the rules themselves: the catalogue, and the description of a fonds held against its table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Literal

import typer

from archive.cli import show
from ingest.checks import catalogue
from ingest.checks.description import check_fonds
from ingest.checks.fields import canonical

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

rules = typer.Typer(no_args_is_help=True, help="The rules a delivery is judged by.")


@rules.command("list")
def listed(as_json: Json = False) -> None:
    """Print every rule with its severity and its clause of law."""
    facts = {
        code: {"severity": str(rule.severity), "clause": rule.clause, "checked_by": rule.checked_by}
        for code, rule in sorted(catalogue.rules().items())
    }
    show(facts, as_json=as_json, text=catalogue.table())


@rules.command("fonds")
def fonds(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: short name, value.")],
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Check the description of a fonds by TT 02/2019/TT-BNV Phụ lục I; exit 1 when something is wrong."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        fields = {row[0].strip(): row[1] for row in csv.reader(stream) if len(row) >= 2}
    lang: Literal["vi", "en"] = "en" if english else "vi"
    found = [(finding, catalogue.explain(finding, lang)) for finding in check_fonds(canonical(fields))]
    facts = [
        {"code": f.code, "place": f.place, "text": told.text, "remedy": told.remedy, "clause": told.clause}
        for f, told in found
    ]
    text = "\n".join(f"[{f.code}] {told.text} {told.remedy} ({told.clause})" for f, told in found)
    good = not any(told.severity == "error" for _, told in found)
    show(facts, as_json=as_json, text=text or path.name)
    raise typer.Exit(0 if good else 1)
