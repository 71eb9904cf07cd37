"""`ban-sao`: the copies in every store: how many, read when, what was found and mended, what no store has any more."""

from __future__ import annotations

from typing import Any, ClassVar

from archive.errors import NotAllowedError
from archive.fixity import PACKAGE
from archive.ledger.event import Event, Verb
from archive.reason import because
from archive.register.scans import PackageScan
from archive.rolling.lost import SHOWN, Lost, count_lost, lost
from archive.rolling.standing import findings, standing
from archive.viewer import Role
from ingest.rescan import found as rescanned
from ingest.settings import IngestSettings
from portal.browser.copies.sight import LEDGER, seen, sight, told_of
from portal.browser.ledger.objects import Named, names_of
from portal.browser.screen import Pages, Screen
from portal.i18n import _
from portal.words import COPY_STATES

LATEST = 20
"""Events of copies found bad or mended that are shown; the ledger has them all."""
SEES = frozenset({Role.ARCHIVIST, Role.ADMINISTRATOR, Role.AUDITOR})


class CopiesScreen(Screen):
    """For archivists, administrators and auditors: figures of the whole house, names as `sight` has it."""

    filters: ClassVar[frozenset[str]] = frozenset({"lost", "virus"})

    def prepare(self) -> Any:
        """Read how it stands, and what was found of late."""
        if not self.viewer.agencies_with(SEES):
            raise NotAllowedError(because("portal.who-sees-copies", who=self.viewer.name))
        self.standing = standing(self.session, now=self.now)
        found = findings(self.session, LATEST + 1, only=told_of(self.viewer))
        self.events, self.more_events = found[:LATEST], len(found) > LATEST
        self._lists()
        spoken = {(event.object_kind, event.object_id) for event in self.events}
        spoken |= {(one.kind, one.id) for one in self.lost}
        spoken |= {(PACKAGE, package.id) for package, _scan in self.infected}
        self.sight = sight(self.session, frozenset(spoken), self.viewer)
        known = [one for one in spoken if one in self.sight.named or one[0] == LEDGER]
        self.names = names_of(self.session, known, self.viewer, self.t)
        self.rescan_days = IngestSettings.load().rescan_days
        self.rescan_late = rescanned.late(self.session, self.now)
        self.sees_health = self.may("Tang Thu: Read health")

    def _lists(self) -> None:
        """Read the page asked for of what is lost and of what is infected, and how much of each is not told here."""
        only = seen(self.viewer)
        told = count_lost(self.session, only=only)
        self.lost_pages = self._pages("lost", told)
        self.lost = lost(self.session, SHOWN, offset=(self.lost_pages.page - 1) * SHOWN, only=only)
        self.lost_untold = self.standing.lost_count - told
        told = rescanned.count_infected(self.session, only=only.files)
        self.virus_pages = self._pages("virus", told)
        self.infected = rescanned.infected(
            self.session, SHOWN, offset=(self.virus_pages.page - 1) * SHOWN, only=only.files
        )
        self.infected_untold = rescanned.count_infected(self.session) - told

    def _pages(self, name: str, total: int) -> Pages:
        """Return the pages of a list; of an address that is behind the last page, the last."""
        pages = Pages(total, self.number(name, 1), SHOWN)
        pages.page = min(pages.page, pages.last)
        return pages

    def tiles(self) -> list[dict[str, Any]]:
        """Return the figures over all stores."""
        there = self.standing
        bad = sum(one.bad for one in there.stores)
        return [
            {"count": sum(one.copies for one in there.stores), "words": "copies", "tone": ""},
            {"count": bad, "words": "bad", "tone": "wait" if bad else "quiet"},
            {"count": there.late, "words": "late", "tone": "wait" if there.late else "quiet"},
            {"count": there.lost_count, "words": "lost", "tone": "bad" if there.lost_count else "quiet"},
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
