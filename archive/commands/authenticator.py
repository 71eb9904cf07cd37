"""`tangthu authenticator ...`: the second factor of an account, as the administrator's door.

The name and role given are believed and ledgered, and so is that no password was asked for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from archive.cli import show, viewer_named
from archive.commands.outcome import AsJson
from archive.errors import NotAllowedError
from archive.reason import because
from archive.register.session import reading, transaction
from archive.rights import Account
from archive.second_factor import enrol as enrolling
from archive.second_factor.enrol import Door
from archive.second_factor.prove import First, prove
from archive.second_factor.qr import qr_lines
from archive.viewer import Role, same_person

authenticator = typer.Typer(help="One-time codes of an account: enrol, show, reset.", no_args_is_help=True)

AsUser = Annotated[str, typer.Option("--as", help="account name, written into the ledger")]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY, may be given again; * for all agencies")
]


@authenticator.command("enrol")
def enrol(
    user: AsUser,
    code: Annotated[
        str, typer.Option(help="of the authenticator in force, to put another in its place")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print a new secret as otpauth address and QR code; `confirm` with its first code puts it in force."""
    viewer, now = viewer_named(user, []), datetime.now(UTC)
    if code:
        prove(user, code, enrolling.replacing(user), first=First.COMMAND_LINE, now=now)
    with transaction() as session:
        begun = enrolling.begin(session, viewer=viewer, now=now)
    lines = [
        qr_lines(begun.uri),
        begun.uri,
        f"then, within 15 minutes: tangthu authenticator confirm --as {user} --code <code shown by the app>",
    ]
    show({"secret": begun.secret, "uri": begun.uri}, as_json=as_json, text="\n".join(lines))


@authenticator.command("confirm")
def confirm(
    user: AsUser,
    code: Annotated[str, typer.Option(help="first code of the new authenticator")],
    as_json: AsJson = False,
) -> None:
    """Put the new authenticator in force by its first code."""
    enrolling.confirm(code, viewer=viewer_named(user, []), door=Door.COMMAND_LINE, now=datetime.now(UTC))
    show({"enrolled": user}, as_json=as_json, text=f"the authenticator of {user} is in force")


@authenticator.command("show")
def show_state(account: str, user: AsUser, role: Roles, as_json: AsJson = False) -> None:
    """Say since when an account has an authenticator; to its person and to administrators."""
    viewer = viewer_named(user, role)
    if not same_person(account, user) and not viewer.agencies_with(frozenset({Role.ADMINISTRATOR})):
        raise NotAllowedError(because("archive.role-missing", who=user, role=Role.ADMINISTRATOR, agency="*"))
    with reading() as session:
        since = enrolling.since(session, account)
    text = f"{account}: in force since {since:%Y-%m-%d %H:%M} UTC" if since else f"{account}: none in force"
    show({"account": account, "since": since}, as_json=as_json, text=text)


@authenticator.command("reset")
def reset(
    account: str,
    reason: Annotated[str, typer.Option(help="why, in a sentence")],
    user: AsUser,
    role: Roles,
    as_json: AsJson = False,
) -> None:
    """Take an account's authenticator away, as an administrator; never the own one. Its person is told."""
    with transaction() as session:
        enrolling.reset(
            session,
            Account(account, {}),
            reason=reason,
            viewer=viewer_named(user, role),
            now=datetime.now(UTC),
        )
    show(
        {"reset": account}, as_json=as_json, text=f"the authenticator of {account} is reset; they enrol anew"
    )
