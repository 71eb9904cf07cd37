"""POST @preflight?agency=CODE: what would be found in the delivery in the body; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ingest.errors import BadMessageError
from portal.api.service import ArchiveService, ProblemError
from portal.api.submissions.service import finding_facts
from portal.preflight import fly

TYPES = ("application/octet-stream", "application/xml", "application/zip")


class PostPreflight(ArchiveService):
    """The checks of the pipeline on a draft."""

    permission: ClassVar[str] = "Tang Thu: Read submissions"

    def answer(self) -> Mapping[str, Any]:
        """Run them and return the findings in both languages; 200 also when it would be returned."""
        self.refuse_forms(*TYPES)
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
