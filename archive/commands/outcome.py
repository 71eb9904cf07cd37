"""How a command of the vault ends: 0 only when all is well, 1 when something was found."""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


def leave(well: bool) -> None:
    """End with 1 unless all is well."""
    if not well:
        raise typer.Exit(1)
