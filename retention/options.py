"""Options that the commands of this folder share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

AsUser = Annotated[
    str,
    typer.Option(
        "--as", help="account, or 'Full name <account>' as papers are to name it; written into the ledger"
    ),
]
Roles = Annotated[
    list[str], typer.Option("--role", help="ROLE@AGENCY, may be given again; * for all agencies")
]
AsJson = Annotated[bool, typer.Option("--json", help="print JSON")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
Reason = Annotated[str, typer.Option(help="why, in a sentence")]
Number = Annotated[str, typer.Option(help="number of the document it rests on")]
Hash = Annotated[
    str, typer.Option(help="SHA-256 of that document's file; `disposal keep-file` keeps the file itself")
]


def clock() -> datetime:
    """Return the time of a command, aware."""
    return datetime.now(UTC)
