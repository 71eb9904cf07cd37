"""GET @components/{id}: the bytes of one file, with Range; always a download, never shown in our origin."""

from __future__ import annotations

from typing import Any, ClassVar

from portal.api.service import ArchiveService, ProblemError
from portal.reading import send_component


class GetComponent(ArchiveService):
    """One file of a kept record."""

    permission = "Tang Thu: Read records"
    depth: ClassVar[int] = 1

    def answer(self) -> Any:
        """Return the stream; its headers are set."""
        if not self.path:
            raise ProblemError(404, "Not found", "name a file: @components/{id}")
        return send_component(self.request, self.path[0], viewer=self.viewer, now=self.now)
