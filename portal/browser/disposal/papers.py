"""The papers that were made of a destruction, as its page lists and hands them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from retention.papers.kept import Kept, kept_of, read


@dataclass(frozen=True)
class Shown:
    """A paper as the page shows it.

    Attributes:
        filename: the last part of its address, below the list's.
        sealed_by: names on its seals, "" when it bears none.
        level: PAdES level of the seals.
        event: number of the ledger's event that has its hash.
    """

    title: str
    filename: str
    size: int
    event: int
    sealed_by: str
    level: str


def shown(session: Session, order_id: str) -> list[Shown]:
    """Return the papers of a destruction in the order of the dossier; empty until the machine has made them."""
    return [
        Shown(one.title, one.filename, one.size, one.event, _names(one.seals), one.level)
        for one in kept_of(session, order_id).values()
    ]


def paper_of(session: Session, order_id: str, filename: str) -> bytes | None:
    """Return a paper from a store, its hash that of the ledger; None when none was made under that name.

    Raises:
        TemporaryError: no store has a good copy that can be read now.
    """
    kept: Kept | None = next(
        (one for one in kept_of(session, order_id).values() if one.filename == filename), None
    )
    return read(kept).pdf if kept is not None else None


def _names(seals: Sequence[Any]) -> str:
    return ", ".join(str(seal["name"]) for seal in seals)
