"""Commands about the rules themselves: the catalogue, and the description of a fonds held against its table."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from archive.cli import show
from archive.vietnam import day_of
from ingest.checks import catalogue
from ingest.checks.description import check_fonds
from ingest.checks.fields import canonical
from ingest.errors import IngestError
from ingest.profiles.load import profiles
from ingest.profiles.reports import last_day
from ingest.profiles.schema import Profile

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

PARTS = tuple(name for name in Profile.model_fields if name not in ("id", "legal"))

rules = typer.Typer(no_args_is_help=True, help="The rules a delivery is judged by.")


@rules.command("list")
def listed(as_json: Json = False) -> None:
    """Print every rule with its severity and its clause of law."""
    facts = {
        code: {"severity": str(rule.severity), "clause": rule.clause, "checked_by": rule.checked_by}
        for code, rule in sorted(catalogue.rules().items())
    }
    show(facts, as_json=as_json, text=catalogue.table())


@rules.command("profiles")
def regulations(as_json: Json = False) -> None:
    """Print the provinces' regulations: whom they bind, since when, what they speak about, when a report is due."""
    today = day_of(datetime.now(UTC))
    facts = {}
    for name, profile in sorted(profiles().items()):
        due = last_day(profile.reports, today)
        facts[name] = {
            "regulation": profile.legal.name,
            "state": profile.legal.state,
            "level1": profile.level1,
            "in_force": profile.legal.in_force.isoformat(),
            "tables": sorted(key for key in PARTS if getattr(profile, key) is not None),
            "next_report_until": due.isoformat() if due else "",
        }
    lines = [f"{name}: {', '.join(f'{k} {v}' for k, v in row.items() if v)}" for name, row in facts.items()]
    show(facts, as_json=as_json, text="\n".join(lines))


@rules.command("fonds")
def fonds(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: short name, value.")],
    english: bool = False,
    as_json: Json = False,
) -> None:
    """Check the description of a fonds by TT 02/2019/TT-BNV Phụ lục I; exit 1 when something is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            fields = {row[0].strip(): row[1] for row in csv.reader(stream) if len(row) >= 2}
    except (UnicodeDecodeError, csv.Error) as error:
        raise IngestError(f'{path}: not a CSV file in UTF-8 ({error}); save it as "CSV UTF-8"') from error
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
