"""Commands of `exports`: `tangthu export inventory|aip|sip|dip`, `tangthu transfer send|receive|collect`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.packages.tt05_given import Request
from archive.reason import Reason
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from exports.aip import export_aip
from exports.given import export_dip, export_sip
from exports.inventory import inventory
from exports.progress import REFUSED, SENT
from exports.reception import receive
from exports.sending import send
from exports.settings import ExportsSettings
from exports.transfer import collect

AsUser = Annotated[str, typer.Option("--as", help="Account name; written into the ledger.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY held by that account; may be repeated.")
]
Json = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]

export = typer.Typer(no_args_is_help=True, help="Give out packages and printed inventories.")
transfer = typer.Typer(no_args_is_help=True, help="Hand case files over to the Historical Archive.")


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
    app.add_typer(export, name="export")
    app.add_typer(transfer, name="transfer")


@export.command("inventory")
def _inventory(
    into: Annotated[Path, typer.Argument(help="PDF file to write.")],
    agency: Annotated[str, typer.Option(help="Code of the agency.")],
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Print the inventory of an agency's case files as PDF/A."""
    with reading() as session:
        data = inventory(session, agency, viewer=viewer_named(user, role), today=day_of(datetime.now(UTC)))
    into.write_bytes(data)
    show({"file": str(into), "bytes": len(data)}, as_json=as_json, text=f"{into}: {len(data)} bytes")


@export.command("aip")
def _aip(
    case_file: Annotated[str, typer.Argument(help="Id of the case file.")],
    into: Annotated[Path, typer.Argument(help="Folder to write the package to.")],
    user: AsUser,
    role: Roles,
    e_ark: Annotated[
        bool, typer.Option("--e-ark", help="Name the folder by the OBJID itself, as E-ARK validators ask.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a case file's package as a plain TT 05/2025 ZIP."""
    viewer = viewer_named(user, role)
    written = export_aip(case_file, into, viewer=viewer, now=datetime.now(UTC), e_ark=e_ark)
    show(asdict(written), as_json=as_json, text=f"{written.path}  {written.sha256}")


@export.command("dip")
def _dip(
    case_file: Annotated[str, typer.Argument(help="Id of the case file.")],
    user: AsUser,
    role: Roles,
    into: Annotated[Path, typer.Option(help="Folder to write the package to.")] = Path(),
    request: Annotated[str, typer.Option(help="Number of the reading request.")] = "",
    purpose: Annotated[str, typer.Option(help="01 personal, 02 official, 03 special official.")] = "",
    content: Annotated[str, typer.Option(help="What it is needed for.")] = "",
    fee_object: Annotated[str, typer.Option(help="01 pupil or student ... 10 other.")] = "",
    topic: Annotated[str, typer.Option(help="Topic of research.")] = "",
    originals: Annotated[bool, typer.Option("--originals", help="The files as received, too.")] = False,
    bag: Annotated[bool, typer.Option("--bag", help="Put it into a BagIt bag.")] = False,
    as_json: Json = False,
) -> None:
    """Write what a reader may read of a case file as a TT 05/2025 DIP: PDF/A, originals if asked for."""
    now = datetime.now(UTC)
    asked = Request(request, day_of(now), purpose, content, fee_object, topic)
    given = export_dip(
        case_file,
        into,
        viewer=viewer_named(user, role),
        request=asked,
        originals=originals,
        bag=bag,
        now=now,
    )
    show(asdict(given), as_json=as_json, text=f"{given.path}  {given.sha256}")


@export.command("sip")
def _sip(
    case_file: Annotated[str, typer.Argument(help="Id of the case file.")],
    user: AsUser,
    role: Roles,
    into: Annotated[Path, typer.Option(help="Folder to write the package to.")] = Path(),
    bag: Annotated[bool, typer.Option("--bag", help="Put it into a BagIt bag.")] = False,
    as_json: Json = False,
) -> None:
    """Write a case file with its files as received as a TT 05/2025 SIP, for another system to take in."""
    given = export_sip(case_file, into, viewer=viewer_named(user, role), bag=bag, now=datetime.now(UTC))
    show(asdict(given), as_json=as_json, text=f"{given.path}  {given.sha256}")


@transfer.command("send")
def _send(
    order: Annotated[str, typer.Argument(help="Id of an approved transfer order.")],
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Write the packages of an approved order into the Historical Archive's inbox."""
    sent = send(order, viewer=viewer_named(user, role), now=datetime.now(UTC))
    text = "\n".join(f"{one.code}: {one.outcome} {one.file or _words(one.detail)}" for one in sent)
    show([asdict(one) for one in sent], as_json=as_json, text=text or "nothing was left to send")
    if any(one.outcome != SENT for one in sent):
        raise typer.Exit(1)


@transfer.command("receive")
def _receive(
    inbox: Annotated[Path | None, typer.Argument(help="Inbox; the configured one when left out.")] = None,
    as_json: Json = False,
) -> None:
    """Play the Historical Archive: check what arrived and leave receipts."""
    receipts = receive(inbox or ExportsSettings.load().inbox, now=datetime.now(UTC))
    lines = [f"{one.number} {one.file}: {'accepted' if one.accepted else 'not accepted'}" for one in receipts]
    text = "\n".join(lines) or "nothing new"
    show([asdict(one) for one in receipts], as_json=as_json, text=text)
    if not all(one.accepted for one in receipts):
        raise typer.Exit(1)


@transfer.command("collect")
def _collect(as_json: Json = False) -> None:
    """Read the receipts; what was received with the right hash counts as transferred."""
    with transaction() as session:
        collected = collect(session, now=datetime.now(UTC))
    text = "\n".join(
        f"{one.code}: {one.outcome} {one.receipt} {_words(one.detail)}".rstrip() for one in collected
    )
    show([asdict(one) for one in collected], as_json=as_json, text=text or "nothing is under way")
    if any(one.outcome == REFUSED for one in collected):
        raise typer.Exit(1)


def _words(reasons: tuple[Reason, ...]) -> str:
    return "; ".join(map(str, reasons))
