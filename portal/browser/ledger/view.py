"""The ledger as an auditor reads it: filter, one event in full, seals, and the result of verifying."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import func, select
from zExceptions import NotFound

from archive.errors import LedgerError, NotAllowedError
from archive.ledger.append import append, from_row
from archive.ledger.event import Event, Verb
from archive.ledger.prove import prove
from archive.ledger.rows import EventRow, SealRow
from archive.ledger.verify import verify
from archive.reason import as_json, because, from_json
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.viewer import Role
from portal.browser.ledger import filters, objects, payload
from portal.browser.ledger.stamped import Stamped, stamped
from portal.browser.screen import Screen
from portal.days import DayField, Days, day_fields, days_of
from portal.events import audits_everything, event_row, readable
from portal.i18n import _
from portal.sending import disposition
from portal.words import VERBS

SIZE = 50
COUNTED = 10_000
"""Events that fit are counted so far: counting twenty million for a headline is work for nobody."""
FAULTS_KEPT = 20
LEDGER = "ledger"


class LedgerScreen(Screen):
    """`nhat-ky`; `nhat-ky/<seq>` is one event, `nhat-ky/<seq>/bang-chung` its inclusion proof."""

    depth: ClassVar[int] = 2
    filters: ClassVar[frozenset[str]] = frozenset(
        {"verb", "actor", "object", "ho_so", "from", "to", "truoc", "sau"}
    )
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
        self.may_verify = audits_everything(self.viewer)
        self.verb, self.actor = self.text("verb", 30), self.text("actor", 80)
        self.object, self.ho_so = self.text("object", 100), self.text("ho_so", 100)
        self.days: Days = days_of(self.text("from", 20), self.text("to", 20))
        self._page(filters.Asked(filters.verbs_of(self.verb), self.actor, self.days, self._objects()))
        self.seals = list(self.session.scalars(select(SealRow).order_by(SealRow.number.desc()).limit(10)))
        self.last = self.session.scalar(select(func.max(EventRow.seq))) or 0
        self.sealed = self.session.scalar(select(func.max(SealRow.last_seq))) or 0
        self.verified = self._verified()
        return None

    def _objects(self) -> frozenset[str] | None:
        """Return the identifiers asked for; of a case file also those of its delivery, packages and orders."""
        self.candidates: list[CaseFile] = []
        self.file: CaseFile | None = None
        if self.ho_so:
            self.candidates = filters.case_files_with(self.session, self.ho_so, self.viewer)
            if len(self.candidates) != 1:
                return frozenset()
            self.file = self.candidates.pop()
            return filters.objects_of(self.session, self.file)
        return frozenset({self.object}) if self.object else None

    def _page(self, asked: filters.Asked) -> None:
        """Read the events before or after a number: no page is slower for being far behind."""
        query = asked.narrowed(readable(select(EventRow), self.viewer))
        self.total = (
            self.session.scalar(
                select(func.count()).select_from(
                    query.with_only_columns(EventRow.seq).limit(COUNTED + 1).subquery()
                )
            )
            or 0
        )
        before, after = self.number("truoc", 0, 0), self.number("sau", 0, 0)
        if after:
            rows = list(
                self.session.scalars(query.where(EventRow.seq > after).order_by(EventRow.seq).limit(SIZE + 1))
            )
            self.newer, self.older = len(rows) > SIZE, True
            rows = rows[:SIZE][::-1]
        else:
            if before:
                query = query.where(EventRow.seq < before)
            rows = list(self.session.scalars(query.order_by(EventRow.seq.desc()).limit(SIZE + 1)))
            self.newer, self.older = bool(before), len(rows) > SIZE
            rows = rows[:SIZE]
        self.events = [from_row(row) for row in rows]
        about = [(event.object_kind, event.object_id) for event in self.events]
        if self.object and self.events:
            about.append((self.events[0].object_kind, self.object))
        self.names = objects.names_of(self.session, about, self.viewer, self.t)

    def ways(self) -> dict[str, str]:
        """Return the addresses of the newest, the newer and the older events, "" where there are none."""
        events = self.events
        return {
            "newest": self.with_query(truoc="", sau="") if self.newer else "",
            "newer": self.with_query(sau=events[0].seq, truoc="") if self.newer and events else "",
            "older": self.with_query(truoc=events[-1].seq, sau="") if self.older and events else "",
        }

    def number_found(self) -> str:
        """Return how many events fit."""
        if self.total > COUNTED:
            return self.t(_("More than ${number} events", mapping={"number": self.count(COUNTED)}))
        return self.t(_("${number} events", mapping={"number": self.count(self.total)}))

    # one event

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
            return self._proof(row.seq)
        spoken = payload.spoken_of(self.event)
        self.names = objects.names_of(self.session, spoken, self.viewer, self.t)
        theirs = readable(select(EventRow.seq), self.viewer)
        self.before = self.session.scalar(
            theirs.where(EventRow.seq < row.seq).order_by(EventRow.seq.desc()).limit(1)
        )
        self.after = self.session.scalar(theirs.where(EventRow.seq > row.seq).order_by(EventRow.seq).limit(1))
        return None

    def _proof(self, seq: int) -> Any:
        try:
            proof = prove(self.session, seq)
        except LedgerError as error:
            self.say(self.because(error.reason), "warning")
            return self.request.response.redirect(f"{self.here}/{seq}")
        response = self.request.response
        response.setHeader("Content-Type", "application/json; charset=utf-8")
        response.setHeader("Content-Disposition", disposition(f"bang-chung-{seq}.json", inline=False))
        return json.dumps(proof, ensure_ascii=False, indent=1)

    def lines(self) -> list[payload.Line]:
        """Return what the event recorded, line by line."""
        telling = payload.Telling(self.t, self.language, self.names, self.day, self.moment, self.size)
        return payload.lines(self.event.payload, telling) if self.event else []

    def exact(self) -> str:
        """Return the event's payload as it was written."""
        return json.dumps(dict(self.event.payload) if self.event else {}, ensure_ascii=False, indent=2)

    # words

    def kind(self, event: Event) -> str:
        """Return what kind of thing an event is about."""
        return self.t(objects.KINDS.get(event.object_kind, event.object_kind))

    def named(self, event: Event) -> objects.Named:
        """Return what an event is about, by name; its identifier when the register knows it no more."""
        return self.names.get((event.object_kind, event.object_id)) or objects.Named(event.object_id)

    def groups(self) -> list[dict[str, Any]]:
        """Return the kinds of acts to choose from, in their groups."""
        return [
            {
                "value": name,
                "title": self.t(title),
                "verbs": sorted(
                    ({"value": str(verb), "title": self.t(VERBS[verb])} for verb in verbs),
                    key=lambda verb: verb["title"],
                ),
            }
            for name, (title, verbs) in filters.grouped().items()
        ]

    def day_fields(self) -> list[DayField]:
        """Return the two fields for days."""
        return day_fields(self.days, self.t)

    @property
    def narrowed(self) -> bool:
        """Say whether any filter is in force."""
        return bool(self.verb or self.actor or self.object or self.ho_so or any(self.days.limits))

    def stamped(self, seal: SealRow) -> Stamped:
        """Return whether a seal is time-stamped by a third party, by whom and when."""
        return stamped(self.session, seal, self.t, self.moment)

    # verifying

    def check_all(self) -> None:
        """Verify the whole ledger against its seals and the segments in the stores; the result is ledgered."""
        if not audits_everything(self.viewer):
            raise NotAllowedError(because("portal.audits-one-agency", who=self.viewer.name))
        with reading() as session:
            last = session.scalar(select(func.max(EventRow.seq))) or 0
            seals = session.scalar(select(func.max(SealRow.number))) or 0
            faults = verify(session)
        with transaction() as session:
            append(
                session,
                Verb.FIXITY_CHECK,
                actor=self.viewer.name,
                role=Role.AUDITOR,
                kind=LEDGER,
                id=LEDGER,
                payload={
                    "events": last,
                    "seals": seals,
                    "faults": len(faults),
                    "examples": [as_json(fault) for fault in faults[:FAULTS_KEPT]],
                },
                now=self.now,
            )
        if faults:
            self.say(_("The ledger is not whole; see below what was found."), "error")
        else:
            self.say(_("The ledger is whole: every event, every seal, every segment."))

    def _verified(self) -> dict[str, Any] | None:
        """Return when the ledger was verified last and what was found; None when it never was, or not for them."""
        if not self.may_verify:
            return None
        row = self.session.scalar(
            select(EventRow)
            .where(EventRow.object_id == LEDGER, EventRow.verb == Verb.FIXITY_CHECK.value)
            .order_by(EventRow.seq.desc())
            .limit(1)
        )
        if row is None:
            return None
        told = row.payload
        return {
            "seq": row.seq,
            "at": row.at,
            "who": row.actor,
            "whole": not told.get("faults"),
            "number": told.get("faults", 0),
            "events": told.get("events", 0),
            "faults": [self.because(from_json(fault)) for fault in told.get("examples", ())],
        }
