"""GET @agreements, GET @agreements/{id}, POST @agreements, POST @agreements/{id}/approve and /refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from ingest.agreements import versions
from ingest.agreements.cli import facts_of
from ingest.agreements.terms import draft_of
from portal.api.service import ArchiveService, ProblemError
from portal.register import joined


class GetAgreements(ArchiveService):
    """The versions the caller may see, or one."""

    permission = "Tang Thu: Use the portal"
    depth: ClassVar[int] = 1

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return the list, or one version with its terms."""
        if self.path:
            return facts_of(versions.one(session, self.path[0], viewer=self.viewer))
        agency = self.word("agency", 35) or None
        rows = versions.listing(session, viewer=self.viewer, agency=agency)
        return {"items": [facts_of(row) for row in rows]}


class PostAgreements(ArchiveService):
    """Propose a version, approve or refuse one."""

    permission = "Tang Thu: Use the portal"
    depth: ClassVar[int] = 2

    def answer(self) -> Mapping[str, Any]:
        """Do the act the address names and return the version."""
        self.refuse_forms()
        given = self.body()
        with joined() as session:
            if not self.path:
                row = versions.propose(session, draft_of(given), viewer=self.viewer, now=self.now)
            elif self.path[1:] == ("approve",):
                row = versions.approve(session, self.path[0], viewer=self.viewer, now=self.now)
            elif self.path[1:] == ("refuse",):
                remark = given.get("remark", "")
                row = versions.refuse(
                    session,
                    self.path[0],
                    viewer=self.viewer,
                    remark=remark if isinstance(remark, str) else "",
                    now=self.now,
                )
            else:
                raise ProblemError(404, "Not found", "POST @agreements or @agreements/{id}/approve, /refuse")
            return facts_of(row)
