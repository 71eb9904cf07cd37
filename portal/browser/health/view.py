"""Is the machine well? Parts, stores, queue and ledger in numbers; no title, no name of any record."""

from __future__ import annotations

import shutil
from typing import Any

from sqlalchemy import func, select

from archive.ledger.rows import CursorRow, EventRow, SealRow
from archive.reason import sentence, told
from archive.register.models import STATES_OPEN, Copy, CopyState, Outbox, Submission
from archive.settings import ArchiveSettings
from operations.doctor import examine
from operations.sign import VERSION
from portal.browser.screen import Screen
from portal.browser.submissions.one import STEP_TITLES


class HealthScreen(Screen):
    """`he-thong`, for the administrator."""

    def prepare(self) -> Any:
        """Count what waits, lags or is broken."""
        session = self.session
        self.last = session.scalar(select(func.max(EventRow.seq))) or 0
        self.unsealed = self.last - (session.scalar(select(func.max(SealRow.last_seq))) or 0)
        self.followers = [
            {"name": row.name, "behind": self.last - row.seq}
            for row in session.scalars(select(CursorRow).order_by(CursorRow.name))
        ]
        self.open = session.scalar(
            select(func.count()).select_from(Submission).where(Submission.state.in_(STATES_OPEN))
        )
        self.waiting = list(
            session.execute(
                select(Submission.step, Submission.waiting, func.count().label("count"))
                .where(Submission.waiting != "", Submission.state.in_(STATES_OPEN))
                .group_by(Submission.step, Submission.waiting)
                .limit(20)
            )
        )
        self.unsent = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None)))
        states = session.execute(
            select(Copy.store, Copy.state, func.count()).group_by(Copy.store, Copy.state)
        )
        self.copies: dict[str, dict[str, int]] = {}
        for store, state, count in states:
            self.copies.setdefault(store, {})[str(state)] = count

    def why(self, text: str) -> str:
        """Return what a submission waits for, as a sentence."""
        return sentence(self.detail(text))

    def step(self, name: str) -> str:
        """Return the title of a step."""
        return self.t(STEP_TITLES.get(name, name))

    def signs(self) -> list[dict[str, Any]]:
        """Return what the doctor saw, ill ones first."""
        signs = sorted(examine(), key=lambda sign: (sign.well is not False, sign.well is not None, sign.name))
        tones = {True: "ok", None: "quiet", False: "bad"}
        return [
            {
                "name": sentence(told(s.title, self.language)).rstrip("."),
                "well": s.well,
                "tone": tones[s.well],
                "found": told(s.what, self.language) if s.what.code == VERSION else self.because(s.what),
                "own": s.what.code == VERSION,
                "remedy": self.because(s.mend) if s.mend else "",
            }
            for s in signs
        ]

    def stores(self) -> list[dict[str, Any]]:
        """Return every store with its copies and its free space."""
        shown = []
        for store in ArchiveSettings.load().all_stores:
            counts = self.copies.get(store.name, {})
            free = shutil.disk_usage(store.path).free if store.path.exists() else None
            shown.append(
                {
                    "name": store.name,
                    "verified": counts.get(CopyState.VERIFIED, 0),
                    "bad": counts.get(CopyState.DAMAGED, 0) + counts.get(CopyState.MISSING, 0),
                    "free": self.size(free) if free is not None else "—",
                }
            )
        return shown
