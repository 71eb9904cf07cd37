"""One copy (DIP) somebody asked for: of what, for what, how far it is, until when it can be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from archive.packages.tt05_given import Request


class GivingState(StrEnum):
    """How far it is."""

    WAITING = "waiting"  # for a worker
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


OPEN = frozenset({GivingState.WAITING, GivingState.PREPARING})


@dataclass(frozen=True)
class Giving:
    """A copy that was asked for.

    Attributes:
        code: of the case file.
        holder: account that asked; nobody else is given it.
        roles: agency code -> role values it held when asking, for the worker.
        done: bytes of files written so far, of `total`.
        size: of the ZIP, once ready; with `sha256`, `objid` and the number of `files` in it.
        until: it can be fetched before that; None while it is not ready.
        why: why it failed, or waits, as data (`archive.reason`).
    """

    id: str
    case_file_id: str
    code: str
    holder: str
    roles: Mapping[str, list[str]]
    request: Request
    originals: bool
    asked_at: datetime
    state: GivingState = GivingState.WAITING
    total: int = 0
    done: int = 0
    size: int = 0
    sha256: str = ""
    objid: str = ""
    files: int = 0
    until: datetime | None = None
    why: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Say whether it is still to be prepared."""
        return self.state in OPEN
