"""The papers that were made of a destruction: known from the ledger, read from the stores.

PAPER, object (order, id), after = hash of the PDF: {"kind", "title", "filename", "number", "date", "name", "size",
"copies", "level", "seals": [{"agency", "name", "certificate"}]}. A later one of the same kind takes the place
of the earlier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.copies import good_bytes
from archive.errors import TemporaryError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.reason import because
from retention.papers.printing import Kind, Paper


@dataclass(frozen=True)
class Kept:
    """A paper as the ledger has it.

    Attributes:
        name: in every store.
        event: number of the ledger's event, whose hash is the paper's.
        level: PAdES level of its seals, "" when it bears none.
        seals: who sealed it: agency code, name and SHA-256 of the certificate.
        number: of the paper, "" where it has none of its own; so `day`, None.
    """

    kind: Kind
    title: str
    filename: str
    name: str
    sha256: str
    size: int
    event: int
    made_at: datetime
    level: str
    seals: tuple[Mapping[str, Any], ...]
    number: str = ""
    day: date | None = None


def kept_of(session: Session, order_id: str) -> dict[Kind, Kept]:
    """Return the newest paper of each kind, in the order of the dossier; empty while none was made."""
    query = select(EventRow).where(EventRow.object_id == order_id, EventRow.verb == Verb.PAPER.value)
    found: dict[Kind, Kept] = {}
    for row in session.scalars(query.order_by(EventRow.seq)):
        told = row.payload
        kind = Kind(told["kind"])
        found[kind] = Kept(
            kind=kind,
            title=told["title"],
            filename=told["filename"],
            name=told["name"],
            sha256=row.after_sha256 or "",
            size=told["size"],
            event=row.seq,
            made_at=row.at,
            level=told["level"],
            seals=tuple(told["seals"]),
            number=str(told.get("number", "")),
            day=date.fromisoformat(told["date"]) if told.get("date") else None,
        )
    return {kind: found[kind] for kind in Kind if kind in found}


def read(kept: Kept) -> Paper:
    """Return a paper from the first store whose copy has the hash the ledger has.

    Raises:
        TemporaryError: no store has a good copy that can be read now.
    """
    data = good_bytes(kept.name, kept.sha256)
    if data is None:
        raise TemporaryError(because("retention.paper-away", title=kept.title))
    return Paper(kept.kind, kept.title, kept.filename, data, kept.number, kept.day)
