"""Which infected bytes two people have released, for the scan step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.infected import QuarantineRequest, QuarantineState


@dataclass(frozen=True)
class Pass:
    """A release that speaks of a file: who asked, who released, when, why."""

    sha256: str
    signature: str
    asked_by: str
    released_by: str
    released_at: datetime
    request_id: str

    def as_json(self) -> dict[str, Any]:
        """Return it as a step's result keeps it."""
        return asdict(self) | {"released_at": self.released_at.isoformat()}


def pass_for(session: Session, *, agency_code: str, sha256: str, signature: str) -> Pass | None:
    """Return the newest release of these bytes under this signature for this agency; None when there is none.

    Another signature on the same bytes is another suspicion, and other bytes under the same one another file.
    """
    rows = session.scalars(
        select(QuarantineRequest)
        .where(
            QuarantineRequest.agency_code == agency_code,
            QuarantineRequest.state == QuarantineState.RELEASED,
        )
        .order_by(QuarantineRequest.answered_at.desc())
    )
    for row in rows:
        if {"sha256": sha256, "signature": signature} in row.files and row.answered_at is not None:
            return Pass(sha256, signature, row.asked_by, row.answered_by, row.answered_at, row.id)
    return None
