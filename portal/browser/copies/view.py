"""`ban-sao`: the copies in every store: how many, read when, what was found and mended, what no store has any more."""

from __future__ import annotations

from typing import Any

from archive.errors import NotAllowedError
from archive.fixity import PACKAGE
from archive.ledger.event import Event, Verb
from archive.reason import because
from archive.register.scans import PackageScan
from archive.rolling.standing import Lost, findings, standing
from archive.viewer import Role
from ingest import rescan
from ingest.settings import IngestSettings
from portal.browser.copies.sight import LEDGER, sight, told_of
from portal.browser.ledger.objects import Named, names_of
from portal.browser.screen import Screen
from portal.i18n import _
from portal.words import COPY_STATES

SEES = frozenset({Role.ARCHIVIST, Role.ADMINISTRATOR, Role.AUDITOR})


class CopiesScreen(Screen):
    """For archivists, administrators and auditors: figures of the whole house, names as `sight` has it."""

    def prepare(self) -> Any:
        """Read how it stands, and what was found of late."""
        if not self.viewer.agencies_with(SEES):
            raise NotAllowedError(because("portal.who-sees-copies", who=self.viewer.name))
        self.standing = standing(self.session, now=self.now)
        self.events = findings(self.session, only=told_of(self.viewer))
        infected = rescan.infected(self.session)
        spoken = {(event.object_kind, event.object_id) for event in self.events}
        spoken |= {(one.kind, one.id) for one in self.standing.lost}
        spoken |= {(PACKAGE, package.id) for package, _scan in infected}
        self.sight = sight(self.session, frozenset(spoken), self.viewer)
        known = [one for one in spoken if one in self.sight.named or one[0] == LEDGER]
        self.names = names_of(self.session, known, self.viewer, self.t)
        self.lost = [one for one in self.standing.lost if self.sight.knows(one.kind, one.id)]
        self.infected = [pair for pair in infected if self.sight.knows(PACKAGE, pair[0].id)]
        self.lost_untold = len(self.standing.lost) - len(self.lost)
        self.infected_untold = len(infected) - len(self.infected)
        self.rescan_days = IngestSettings.load().rescan_days
        self.rescan_late = rescan.late(self.session, self.now)
        self.sees_health = self.may("Tang Thu: Read health")

    def tiles(self) -> list[dict[str, Any]]:
        """Return the figures over all stores."""
        there = self.standing
        bad = sum(one.bad for one in there.stores)
        return [
            {"count": sum(one.copies for one in there.stores), "words": "copies", "tone": ""},
            {"count": bad, "words": "bad", "tone": "wait" if bad else "quiet"},
            {"count": there.late, "words": "late", "tone": "wait" if there.late else "quiet"},
            {"count": len(there.lost), "words": "lost", "tone": "bad" if there.lost else "quiet"},
        ]

    def of(self, kind: str, id: str) -> Named:
        """Return what a thing is called; its identifier for who is not told more."""
        return self.names.get((kind, id)) or Named(id)

    def signatures(self, scan: PackageScan) -> str:
        """Return what the scanner calls what it found, and which scanner with signatures of which day."""
        names = sorted({str(one.get("signature", "")) for one in scan.infected})
        return f"{', '.join(names)} ({scan.engine})"

    def lost_named(self, one: Lost) -> Named:
        """Return what stands for a thing that is in no store any more."""
        named = self.of(one.kind, one.id)
        return named if one.kind == PACKAGE else Named(named.text or one.id, "", named.path)

    def stored_as(self, one: Lost) -> str:
        """Return the name in the stores; "" for who is told no names (it holds the file code)."""
        return one.name if (one.kind, one.id) in self.sight.named else ""

    def found(self, event: Event) -> str:
        """Return what was found or done, store by store."""
        payload = event.payload
        if event.verb is Verb.REPAIR:
            store = payload.get("store") or ", ".join(payload.get("states", ()))
            was = self.t(COPY_STATES.get(payload.get("was"), payload.get("was", "")))
            before = _("${store}: replaced; it was: ${state}", mapping={"store": store, "state": was})
            return self.t(before) if was else str(store)
        states = payload.get("states", {}).items()
        return ", ".join(f"{store}: {self.t(COPY_STATES.get(state, state))}" for store, state in states)
