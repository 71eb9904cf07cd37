"""POST @preflight?agency=CODE: what would be found in the delivery in the body; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides

from ingest.errors import BadMessageError
from portal.api.service import ArchiveService, ProblemError
from portal.api.submissions.service import finding_facts
from portal.preflight import fly

# Types that no form of another site can send.
TYPES = frozenset({"application/zip", "application/xml", "application/octet-stream"})


class PostPreflight(ArchiveService):
    """The checks of the pipeline on a draft."""

    permission: ClassVar[str] = "Tang Thu: Read submissions"

    def answer(self) -> Mapping[str, Any]:
        """Run them and return the findings in both languages; 200 also when it would be returned."""
        if self.request.get_header("Content-Type", "").split(";")[0].strip().lower() not in TYPES:
            raise ProblemError(415, "Unsupported media type", f"send one of {', '.join(sorted(TYPES))}")
        alsoProvides(self.request, IDisableCSRFProtection)
        agency = self.word("agency", 35)
        if not agency:
            raise ProblemError(400, "Bad request", "say for which agency: ?agency=CODE")
        try:
            found = fly(
                self.request["BODYFILE"],
                agency_code=agency,
                file_name=self.word("name", 255),
                viewer=self.viewer,
                now=self.now,
            )
        except BadMessageError as error:
            raise ProblemError(413, "Too large", str(error)) from error
        return {
            "good": found.good,
            "verdict": str(found.verdict),
            "title": found.title,
            "file_code": found.file_code,
            "documents": found.documents,
            "steps": list(found.tried),
            "findings": [finding_facts(finding) for finding in found.findings],
        }
