"""`bien-ban-giao-nhan/<delivery>`: the minutes of a hand-over, as a download."""

from __future__ import annotations

from typing import Any, ClassVar

from zExceptions import NotFound

from ingest import submissions
from portal.browser.screen import Screen
from portal.sending import disposition


class MinutesScreen(Screen):
    """The PDF."""

    depth: ClassVar[int] = 1

    def prepare(self) -> Any:
        """Answer with the minutes; who may not see the delivery gets what is not there."""
        if not self.path:
            raise NotFound("minutes of which delivery?")
        row = submissions.one(self.session, self.path[0], viewer=self.viewer)
        content = submissions.minutes_of(self.session, row.id, viewer=self.viewer)
        name = f"bien-ban-giao-nhan-{row.file_code or row.id}.pdf"
        self.request.response.setHeader("Content-Type", "application/pdf")
        self.request.response.setHeader("Content-Disposition", disposition(name, inline=False))
        return content
