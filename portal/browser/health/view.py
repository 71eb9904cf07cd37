"""Is the machine well? Parts, stores, queue and ledger in numbers; no title, no name of any record."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import func, select

from archive.errors import NotAllowedError
from archive.ledger.rows import CursorRow, EventRow, SealRow
from archive.reason import because, brief, from_text, sentence, told
from archive.register.models import STATES_OPEN, Copy, CopyState, Outbox, Submission
from archive.settings import ArchiveSettings
from archive.stores.settings import FolderSettings
from archive.viewer import Role
from operations.doctor import WAITING
from operations.sign import VERSION, Sign
from portal.browser.health import seen
from portal.browser.screen import Screen
from portal.browser.submissions.progress import STEP_TITLES
from portal.i18n import _

SHOWN = 20


class HealthScreen(Screen):
    """`he-thong`, for the administrator."""

    acts: ClassVar[Mapping[str, str]] = {"look": "look_again"}

    def prepare(self) -> Any:
        """Count what waits, lags or is broken."""
        session = self.session
        self.last = session.scalar(select(func.max(EventRow.seq))) or 0
        self.unsealed = self.last - (session.scalar(select(func.max(SealRow.last_seq))) or 0)
        self.followers = [
            {"name": self._follower(row.name), "behind": self.last - row.seq}
            for row in session.scalars(select(CursorRow).order_by(CursorRow.name))
        ]
        self.open = session.scalar(
            select(func.count()).select_from(Submission).where(Submission.state.in_(STATES_OPEN))
        )
        self.waiting = self._waiting()
        self.unsent = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None)))
        states = session.execute(
            select(Copy.store, Copy.state, func.count()).group_by(Copy.store, Copy.state)
        )
        self.copies: dict[str, dict[str, int]] = {}
        for store, state, count in states:
            self.copies.setdefault(store, {})[str(state)] = count

    def _follower(self, name: str) -> str:
        return sentence(told(because("operations.one-of", kind="follower", name=name), self.language)).rstrip(
            "."
        )

    def _waiting(self) -> list[dict[str, Any]]:
        """Return what open submissions wait for, most frequent first: by step and reason, without what was sent."""
        counts: Counter[tuple[str, str]] = Counter()
        rows = self.session.execute(
            select(Submission.step, Submission.waiting, func.count().label("count"))
            .where(Submission.waiting != "", Submission.state.in_(STATES_OPEN))
            .group_by(Submission.step, Submission.waiting)
        )
        for step, waiting, count in rows:
            why = "; ".join(dict.fromkeys(brief(reason, self.language) for reason in from_text(waiting)))
            counts[step, why] += count
        return [
            {"step": self.step(step), "why": sentence(why), "count": count}
            for (step, why), count in counts.most_common(SHOWN)
        ]

    def step(self, name: str) -> str:
        """Return the title of a step."""
        return self.t(STEP_TITLES.get(name, name))

    @property
    def may_look_again(self) -> bool:
        """Say whether this person may have the doctor look again: it starts programs."""
        return bool(self.viewer.agencies_with(frozenset({Role.ADMINISTRATOR})))

    def look_again(self) -> None:
        """Let the doctor look now, not at what was seen a moment ago."""
        if not self.may_look_again:
            raise NotAllowedError(because("portal.only-administrators-look", who=self.viewer.name))
        seen.look(ArchiveSettings.load().data, self.now, fresh=True)
        self.say(_("Everything was looked at again."))

    def looked(self) -> seen.Seen:
        """Return what the doctor saw, at most a minute ago."""
        if not hasattr(self, "_looked"):
            self._looked = seen.look(ArchiveSettings.load().data, self.now)
        return self._looked

    def signs(self) -> list[dict[str, Any]]:
        """Return what the doctor saw, ill ones first."""
        signs = sorted(
            self.looked().signs, key=lambda sign: (sign.well is not False, sign.well is not None, sign.name)
        )
        tones = {True: "ok", None: "quiet", False: "bad"}
        return [
            {
                "name": sentence(told(s.title, self.language)).rstrip("."),
                "well": s.well,
                "tone": tones[s.well],
                "found": told(s.what, self.language) if s.what.code == VERSION else self._found(s),
                "own": s.what.code == VERSION,
                "remedy": self.because(s.mend) if s.mend else "",
            }
            for s in signs
        ]

    def _found(self, sign: Sign) -> str:
        if sign.name == WAITING and not sign.well:
            # The doctor tells an operator at the machine which deliveries wait; what may be seen here stands above.
            return self.t(_("Deliveries wait; see above for what."))
        return self.because(sign.what)

    def stores(self) -> list[dict[str, Any]]:
        """Return every store with its copies and its free space."""
        shown = []
        for store in ArchiveSettings.load().all_stores:
            counts = self.copies.get(store.name, {})
            folder = store.path if isinstance(store, FolderSettings) else None  # a bucket has no known end
            free = shutil.disk_usage(folder).free if folder and folder.exists() else None
            shown.append(
                {
                    "name": store.name,
                    "verified": counts.get(CopyState.VERIFIED, 0),
                    "bad": counts.get(CopyState.DAMAGED, 0) + counts.get(CopyState.MISSING, 0),
                    "free": self.size(free) if free is not None else "—",
                }
            )
        return shown
