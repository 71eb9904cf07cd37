"""Commands of `retention`."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add this folder's commands to `tangthu`."""
