"""Papers of agencies that have versions (agreements, schedules): one person proposes a version, another one decides.

A version's words are never changed: other words are a new version, the next number of its agency. Only one version of
an agency waits at a time. Who may do what, and what else must hold, is for who calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.append import append, be_only_writer
from archive.ledger.event import Verb
from archive.register.agreements import Agreement
from archive.register.models import new_id
from archive.register.projection import apply
from archive.register.schedules import ScheduleVersion
from archive.viewer import Role, Viewer

PROPOSED = "proposed"
LONGEST_REMARK = 2000
"""Characters of the word why somebody decides so."""
Row = TypeVar("Row", Agreement, ScheduleVersion)


@dataclass(frozen=True)
class Versioned(Generic[Row]):
    """A kind of such papers.

    Attributes:
        model: its rows.
        verb: of its events.
        kind: of the events' object.
        hashed: name of the field with the hash of a version's words; every event about it carries it.
        basis: clause of its events.
    """

    model: type[Row]
    verb: Verb
    kind: str
    hashed: str
    basis: str = ""

    def waits(self, session: Session, agency: str) -> bool:
        """Say whether a version of an agency waits for a decision."""
        waiting = select(self.model.id).where(self.model.agency_code == agency, self.model.state == PROPOSED)
        return session.scalar(waiting.limit(1)) is not None

    def propose(
        self, session: Session, agency: str, told: Mapping[str, Any], *, viewer: Viewer, now: datetime
    ) -> Row:
        """Write down the next version of an agency, by an archivist.

        Args:
            session: a transaction that is the ledger's only writer (`be_only_writer`).
            agency: whose.
            told: the version's words and facts as JSON values, its hash among them.
            viewer: the archivist.
            now: aware time.
        """
        newest = session.scalar(select(func.max(self.model.version)).where(self.model.agency_code == agency))
        facts = {"state": PROPOSED, "agency_code": agency, "version": (newest or 0) + 1, **told}
        id = new_id()
        self._happened(session, id, facts, role=Role.ARCHIVIST, viewer=viewer, now=now)
        return session.get_one(self.model, id)

    def lock(self, session: Session, row: Row) -> None:
        """Have the ledger and a version to ourselves: nothing can come to rest on it before this transaction ends."""
        be_only_writer(session)
        session.refresh(row, with_for_update=True)

    def decide(
        self,
        session: Session,
        row: Row,
        state: StrEnum,
        *,
        role: Role,
        viewer: Viewer,
        now: datetime,
        remark: str = "",
    ) -> Row:
        """Write what was decided about a version, and in which role."""
        facts = {
            "state": state.value,
            "remark": remark[:LONGEST_REMARK],
            self.hashed: getattr(row, self.hashed),
        }
        self._happened(session, row.id, facts, role=role, viewer=viewer, now=now)
        return row

    def _happened(
        self, session: Session, id: str, facts: dict[str, Any], *, role: Role, viewer: Viewer, now: datetime
    ) -> None:
        event = append(
            session,
            self.verb,
            actor=viewer.name,
            role=role,
            kind=self.kind,
            id=id,
            payload=facts,
            basis=self.basis,
            now=now,
        )
        apply(session, event)
