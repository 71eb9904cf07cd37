"""What the pages of one order share, be it a destruction or a hand-over: how far it is, what comes next, who can."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from archive.register.decisions import Order, OrderState
from portal import people
from portal.browser.next_step import NextStep
from portal.browser.screen import Screen

BEGUN = "da-gui"
"""In the address, after this person had a worker begin."""


class OrderPage(Screen):
    """Subclasses read `order` and `step` in `prepare`, and say how far it is.

    Attributes:
        step: what the order waits for; None when it has ended.
    """

    order: Order
    step: NextStep | None

    @property
    def running(self) -> bool:
        """Say whether something may move by itself; a page that shows it asks how far it is."""
        return self.order.state in (OrderState.APPROVED, OrderState.EXECUTING)

    @property
    def shows_progress(self) -> bool:
        """Say whether there is anything to watch: it was begun, or this person has just had it begin."""
        return self.order.state == OrderState.EXECUTING or (
            self.order.state == OrderState.APPROVED and bool(self.text(BEGUN, 3))
        )

    @property
    def version(self) -> str:
        """Return a short mark that changes whenever the list would look different."""
        facts = [self.order.state, *((i.case_file_id, i.outcome, i.detail) for i in self.order.items)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]

    @property
    def progress_text(self) -> str:
        """Return how far it is, in words."""
        raise NotImplementedError

    @property
    def ended(self) -> int:
        """Return how many case files are past what is being done."""
        raise NotImplementedError

    def why_not_they(self) -> Any:
        """Return why this person does not take the next step, as a message; None when they may."""
        raise NotImplementedError

    def why_not(self) -> str:
        """Return why this person does not take the next step, "" when they may or nothing is left to do."""
        message = self.why_not_they() if self.step else None
        return self.t(message) if message else ""

    def who_can(self) -> list[str]:
        """Return the names of those who can take the next step."""
        if self.step is None:
            return []
        held = {name for role in self.step.roles for name in people.holders(role, self.order.agency_code)}
        return sorted(self.person(name) for name in self.step.among(held))

    def progress(self) -> str:
        """Answer how far it is, as JSON."""
        facts = {
            "running": self.running,
            "reload": True,
            "version": self.version,
            "done": self.ended,
            "total": len(self.order.items),
            "text": self.progress_text,
        }
        return self.answer_json(facts)
