"""GET @ledger: events in order from a number on; GET @ledger/{seq}: one event with its inclusion proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import LedgerError
from archive.ledger.append import from_row
from archive.ledger.prove import prove
from archive.ledger.rows import EventRow
from portal.api.service import ArchiveService, ProblemError, event_facts
from portal.events import event_row, readable


class GetLedger(ArchiveService):
    """Events for an auditor's own tools."""

    permission = "Tang Thu: Read the ledger"
    depth: ClassVar[int] = 1

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return events after a number, or one event with payload and proof."""
        if self.path:
            return self._one(session)
        after = self.number("after", 1, 2**62) if "after" in self.request.form else 0
        query = readable(select(EventRow).where(EventRow.seq > after), self.viewer)
        rows = session.scalars(query.order_by(EventRow.seq).limit(self.number("size", 100, 1000)))
        events = [from_row(row) for row in rows]
        return {
            "items": [event_facts(event) for event in events],
            "last": events[-1].seq if events else after,
        }

    def _one(self, session: Session) -> Mapping[str, Any]:
        row = event_row(session, self.path[0], self.viewer)
        if row is None:
            raise ProblemError(404, "Not found", f"no event {self.path[0]}")
        event = from_row(row)
        try:
            proof: Mapping[str, Any] | None = prove(session, row.seq)
        except LedgerError:
            proof = None  # not sealed yet
        return event_facts(event) | {"payload": dict(event.payload), "proof": proof}
