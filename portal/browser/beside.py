"""A page that says beside its form why an act was refused, and still has what was typed."""

from __future__ import annotations

from typing import Any

from archive.errors import TangThuError
from portal.browser.screen import Screen


class BesideScreen(Screen):
    """Base of such pages.

    Attributes:
        trouble: why the act was refused, in words; "" on a fresh page.
    """

    trouble: str = ""

    def not_done(self, error: TangThuError) -> Any:
        """Answer with the page itself."""
        self.note(error)
        return self._show()

    def note(self, error: TangThuError) -> None:
        """Keep for the page why the act was refused."""
        self.mark(error)
        self.trouble = self.because(error.reason)
