"""`tangthu quarantine`: what is infected, who asked what, and the answer of a second person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from archive.cli import show, viewer_named
from archive.register.infected import QuarantineRequest, Wish
from archive.register.session import reading, transaction
from archive.vietnam import local
from ingest.infected import deciding, holding
from ingest.infected.holding import Held

AsUser = Annotated[str, typer.Option("--as", help="Account that acts.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY or ROLE@*; may be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

quarantine = typer.Typer(
    no_args_is_help=True, help="Infected deliveries: one person asks, another one answers."
)


@quarantine.command("list")
def list_infected(user: AsUser, role: Roles, as_json: Json = False) -> None:
    """List the infected deliveries, what is asked about them, and what was answered."""
    viewer = viewer_named(user, role)
    with reading() as session:
        items = [_facts(held) for held in holding.listing(session, viewer=viewer)]
        closed = [_asked(request) for request in holding.answered(session, viewer=viewer)]
    text = "\n".join(_line(item) for item in items) or "nothing infected in quarantine"
    show({"items": items, "answered": closed}, as_json=as_json, text=text)


@quarantine.command("ask")
def ask(
    submission_id: str,
    wish: Annotated[Wish, typer.Argument(help="What is to be done with it.")],
    reason: Annotated[str, typer.Argument(help="Why.")],
    user: AsUser,
    role: Roles,
    as_json: Json = False,
) -> None:
    """Ask for release (a false alarm) or destruction; an archivist of the agency asks."""
    with transaction() as session:
        request_id = deciding.ask(
            session,
            submission_id,
            wish=wish,
            reason=reason,
            viewer=viewer_named(user, role),
            now=datetime.now(UTC),
        )
    show({"request": request_id, "wish": wish.value}, as_json=as_json, text=request_id)


@quarantine.command("answer")
def answer(
    request_id: str,
    remark: Annotated[str, typer.Argument(help="Why; it is written into the ledger.")],
    user: AsUser,
    role: Roles,
    agree: Annotated[bool, typer.Option("--agree/--decline", help="Do what was asked, or not.")],
    as_json: Json = False,
) -> None:
    """Answer what another person asked; a head or an administrator answers. A worker does what was agreed."""
    with transaction() as session:
        state = deciding.answer(
            session,
            request_id,
            agree=agree,
            remark=remark,
            viewer=viewer_named(user, role),
            now=datetime.now(UTC),
        ).state
    show({"request": request_id, "state": state}, as_json=as_json, text=state)


def _facts(held: Held) -> dict[str, Any]:
    return {
        "id": held.submission.id,
        "agency": held.submission.agency_code,
        "since": held.since.isoformat(),
        "until": held.until.isoformat(),
        "engine": held.engine,
        "files": [
            {"place": one.place, "signature": one.signature, "sha256": one.sha256} for one in held.files
        ],
        "request": _asked(held.request) if held.request else None,
    }


def _asked(request: QuarantineRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "submission": request.submission_id,
        "wish": request.wish,
        "state": request.state,
        "asked_by": request.asked_by,
        "reason": request.reason,
        "answered_by": request.answered_by,
        "remark": request.remark,
        "wiped": request.wiped_at.isoformat() if request.wiped_at else None,
    }


def _line(item: dict[str, Any]) -> str:
    found = ", ".join(sorted({file["signature"] for file in item["files"]}))
    since = local(datetime.fromisoformat(item["since"])).strftime("%d/%m/%Y %H:%M")
    request = item["request"]
    asked = f"  {request['asked_by']}: {request['wish']} ({request['id']})" if request else ""
    return f"{item['id']}  {item['agency']:<18} {since}  {found}{asked}"
