"""`tiep-nhan/yeu-cau`: what offices ask about documents that are archived, or that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from archive.viewer import Role
from ingest.gathering import settling
from ingest.gathering.settling import Asked
from portal.browser.screen import Screen
from portal.i18n import _
from portal.register import joined


class RequestsScreen(Screen):
    """The requests, open ones first; an archivist closes each with a word."""

    acts: ClassVar[Mapping[str, str]] = {"close": "close", "refuse": "refuse"}

    @property
    def here(self) -> str:
        """Return the public address."""
        return f"{self.root}/tiep-nhan/yeu-cau"

    def prepare(self) -> Any:
        """Read the requests."""
        asked = settling.listing(self.session, viewer=self.viewer, open_only=False)
        self.open = [one for one in asked if one.request.state == "open"]
        self.closed = [one for one in asked if one.request.state != "open"][:50]
        self.names = self.agency_names()

    def may_close(self, asked: Asked) -> bool:
        """Say whether the form is shown; the act asks again."""
        return self.viewer.has(Role.ARCHIVIST, asked.request.agency_code)

    def title(self, asked: Asked) -> str:
        """Return what the request is about, as far as it is known and may be seen."""
        if asked.case_file is not None:
            readable = self.viewer.may_read(asked.case_file.agency_code, asked.case_file.access)
            return str(asked.case_file.title if readable and asked.case_file.title else asked.case_file.code)
        named = [
            one.get("document_id") or one.get("code") for one in (asked.said.about if asked.said else [])
        ]
        return ", ".join(str(name) for name in named if name) or "—"

    def close(self) -> None:
        """Close it; what is archived stays as it is."""
        self._settle(refuse=False)
        self.say(_("Closed. What is archived stays as it is."))

    def refuse(self) -> None:
        """Refuse an update or replacement; its office gets 16."""
        self._settle(refuse=True)
        self.say(_("Refused. The office gets status 16 with your words."))

    def _settle(self, *, refuse: bool) -> None:
        with joined() as session:
            settling.close(
                session,
                self.text("request", 36),
                viewer=self.viewer,
                remark=self.text("remark", settling.LONGEST_REMARK),
                refuse=refuse,
                now=self.now,
            )
