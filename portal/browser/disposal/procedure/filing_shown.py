"""How far the dossier of a closed list is on its way into the archive."""

from __future__ import annotations

from typing import Any

from archive.register.disposal import DisposalList
from portal.browser.disposal.procedure import forms
from portal.browser.screen import Screen
from retention.filing.desk import Desk, Progress, Stage


class Filing:
    """The part of the page that shows the dossier.

    Attributes:
        going: the dossier is being filed.
    """

    def __init__(self, screen: Screen, order_id: str, row: DisposalList | None) -> None:
        self.screen, self.row = screen, row
        self.going = row is not None and row.closing
        self._so_far: Progress | None = Desk(order_id).progress() if self.going else None

    def text(self) -> str:
        """Return how far it is, in words."""
        return self.screen.t(forms.STAGES[self._so_far.stage if self._so_far else Stage.ASKED])

    def waits(self) -> str:
        """Return why the dossier is not filed yet, "" when nothing is in the way."""
        return self.screen.detail(self._so_far.waiting) if self._so_far and self._so_far.waiting else ""

    def facts(self) -> list[Any]:
        """Return what makes the page look different."""
        waiting = self._so_far.waiting if self._so_far else ""
        return [self.row.dossier_id if self.row else "", self.going, waiting]
