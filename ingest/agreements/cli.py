"""Commands about agreements: `tangthu agreement list|show|put|approve|refuse`."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from archive.cli import show, viewer_named
from archive.reason import because
from archive.register.agreements import Agreement
from archive.register.session import reading, transaction
from ingest.agreements import versions
from ingest.agreements.terms import AgreementError, draft_of

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

agreement = typer.Typer(no_args_is_help=True, help="What the archive and an agency agreed on.")


@agreement.command("list")
def list_agreements(
    user: AsUser,
    role: Roles,
    agency: Annotated[str, typer.Option(help="Only those with this agency.")] = "",
    as_json: Json = False,
) -> None:
    """List the versions of every agreement, the newest first."""
    with reading() as session:
        rows = [
            facts_of(row)
            for row in versions.listing(session, viewer=viewer_named(user, role), agency=agency or None)
        ]
    lines = [
        f"{row['id']}  {row['agency']:<18} v{row['version']:<3} {row['state']:<9} from {row['valid_from']}  "
        f"{row['number']}"
        for row in rows
    ]
    show({"agreements": rows}, as_json=as_json, text="\n".join(lines) or "no agreement is written down")


@agreement.command("show")
def show_agreement(agreement_id: str, user: AsUser, role: Roles, as_json: Json = False) -> None:
    """Show one version with its terms."""
    with reading() as session:
        facts = facts_of(versions.one(session, agreement_id, viewer=viewer_named(user, role)))
    show(facts, as_json=as_json, text="\n".join(f"{key}: {value}" for key, value in facts.items()))


@agreement.command("put")
def put_agreement(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="TOML file, see the README.")],
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Propose a new version; another person approves it."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AgreementError(because("ingest.agreement-wrong", key=path.name, said=str(error))) from error
    with transaction() as session:
        row = versions.propose(
            session, draft_of(said), viewer=viewer_named(user, role), now=datetime.now(UTC)
        )
        facts = facts_of(row)
    show(facts, as_json=as_json, text=f"{facts['id']}: version {facts['version']} waits for an approval")


@agreement.command("approve")
def approve_agreement(agreement_id: str, user: AsUser, role: Roles, as_json: Json = False) -> None:
    """Put a proposed version in force, from its first day on."""
    with transaction() as session:
        row = versions.approve(session, agreement_id, viewer=viewer_named(user, role), now=datetime.now(UTC))
        facts = facts_of(row)
    show(facts, as_json=as_json, text=f"{facts['id']}: in force from {facts['valid_from']}")


@agreement.command("refuse")
def refuse_agreement(
    agreement_id: str, remark: str, user: AsUser, role: Roles, as_json: Json = False
) -> None:
    """Refuse a proposed version with a word why."""
    with transaction() as session:
        row = versions.refuse(
            session, agreement_id, viewer=viewer_named(user, role), remark=remark, now=datetime.now(UTC)
        )
        facts = facts_of(row)
    show(facts, as_json=as_json, text=f"{facts['id']}: refused")


def facts_of(row: Agreement) -> dict[str, Any]:
    """Return a version as JSON values."""
    return {
        "id": row.id,
        "agency": row.agency_code,
        "version": row.version,
        "state": row.state,
        "number": row.number,
        "signed_on": row.signed_on,
        "signed_by_agency": row.signed_by_agency,
        "signed_by_archive": row.signed_by_archive,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "terms": dict(row.terms),
        "terms_sha256": row.terms_sha256,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "decided_by": row.decided_by,
        "decided_role": row.decided_role,
        "decided_at": row.decided_at,
        "remark": row.remark,
    }
