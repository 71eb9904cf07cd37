"""The ledger as an auditor reads it: filter, one event in full, seals, and the result of verifying."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from sqlalchemy import func, select
from zExceptions import NotFound

from archive.errors import LedgerError, NotAllowedError
from archive.ledger.append import from_row
from archive.ledger.event import Event, Verb
from archive.ledger.prove import prove
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.verify import verify
from archive.reason import because
from archive.register.session import reading
from archive.vietnam import VIETNAM
from portal.browser.screen import Pages, Screen
from portal.events import audits_everything, event_row, readable
from portal.i18n import _
from portal.sending import disposition
from portal.words import VERBS

SIZE = 50


class LedgerScreen(Screen):
    """`nhat-ky`; `nhat-ky/<seq>` is one event, `nhat-ky/<seq>/bang-chung` its inclusion proof."""

    depth: ClassVar[int] = 2
    filters: ClassVar[frozenset[str]] = frozenset({"verb", "actor", "object", "from", "to"})
    acts: ClassVar[Mapping[str, str]] = {"verify": "check_all"}

    @property
    def here(self) -> str:
        """Return the address of the ledger."""
        return f"{self.root}/nhat-ky"

    def prepare(self) -> Any:
        """Read a page of events, one event, or its proof."""
        self.event: Event | None = None
        self.seal: SealRow | None = None
        if self.path:
            return self._one()
        query = readable(select(EventRow), self.viewer)
        self.may_verify = audits_everything(self.viewer)
        self.verb, self.actor, self.object = (
            self.text("verb", 30),
            self.text("actor", 80),
            self.text("object", 100),
        )
        if self.verb in set(Verb):
            query = query.where(EventRow.verb == self.verb)
        if self.actor:
            query = query.where(EventRow.actor == self.actor)
        if self.object:
            query = query.where(EventRow.object_id == self.object)
        since, until = _day(self.text("from", 10)), _day(self.text("to", 10))
        if since:
            query = query.where(EventRow.at >= _midnight(since))
        if until:
            query = query.where(EventRow.at < _midnight(until + timedelta(days=1)))
        total = self.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        page = self.number("page", 1)
        rows = self.session.scalars(query.order_by(EventRow.seq.desc()).limit(SIZE).offset((page - 1) * SIZE))
        self.events = [from_row(row) for row in rows]
        self.pages = Pages(total, page, SIZE)
        self.seals = list(self.session.scalars(select(SealRow).order_by(SealRow.number.desc()).limit(10)))
        self.last = self.session.scalar(select(func.max(EventRow.seq))) or 0
        self.sealed = self.session.scalar(select(func.max(SealRow.last_seq))) or 0
        return None

    def _one(self) -> Any:
        row = event_row(self.session, self.path[0], self.viewer)
        if row is None or self.path[1:] not in ((), ("bang-chung",)):
            raise NotFound("/".join(self.path))
        self.seal = self.session.scalar(
            select(SealRow).where(SealRow.first_seq <= row.seq, SealRow.last_seq >= row.seq)
        )
        self.event = from_row(row)
        self.hash_fits = self.event.sha256 == row.sha256
        if self.path[1:]:
            try:
                proof = prove(self.session, row.seq)
            except LedgerError as error:
                self.say(str(error), "warning")
                return self.request.response.redirect(f"{self.here}/{row.seq}")
            response = self.request.response
            response.setHeader("Content-Type", "application/json; charset=utf-8")
            response.setHeader("Content-Disposition", disposition(f"bang-chung-{row.seq}.json", inline=False))
            return json.dumps(proof, ensure_ascii=False, indent=1)
        return None

    def verbs(self) -> list[tuple[str, str]]:
        """Return the verbs to choose from, by their labels."""
        return sorted(((str(verb), self.t(title)) for verb, title in VERBS.items()), key=lambda pair: pair[1])

    def payload(self) -> str:
        """Return the event's payload for people."""
        return json.dumps(dict(self.event.payload) if self.event else {}, ensure_ascii=False, indent=2)

    def check_all(self) -> None:
        """Verify the whole ledger against its seals and the segments in the stores, and say the result."""
        if not audits_everything(self.viewer):
            raise NotAllowedError(because("portal.audits-one-agency", who=self.viewer.name))
        with reading() as session:
            faults = verify(session)
        if not faults:
            self.say(_("The ledger is whole: every event, every seal, every segment."))
        for fault in faults[:20]:
            self.say(fault, "error")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM).astimezone(UTC)
