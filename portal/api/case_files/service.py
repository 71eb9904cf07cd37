"""GET @case-files/{id}: description, documents with their files, copies, retention, holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from archive.errors import NotAllowedError
from archive.register.models import CaseFile
from portal.api.service import ArchiveService, ProblemError
from portal.reading import case_file, holds_of
from retention.explain import explain


class GetCaseFile(ArchiveService):
    """One case file, or its tombstone."""

    permission = "Tang Thu: Read records"
    depth: ClassVar[int] = 1

    def read(self, session: Session) -> Mapping[str, Any]:
        """Return everything the page shows."""
        if not self.path:
            raise ProblemError(404, "Not found", "name a case file: @case-files/{id}")
        row = case_file(session, self.path[0], viewer=self.viewer)
        return self._facts(row) | {
            "retention": self._retention(session, row),
            "holds": [
                {
                    "id": hold.id,
                    "reason": hold.reason,
                    "placed_by": hold.placed_by,
                    "placed_at": hold.placed_at,
                    "until": hold.until,
                    "lifted_at": hold.lifted_at,
                }
                for hold in holds_of(session, row, self.viewer)
            ],
        }

    def _facts(self, row: CaseFile) -> dict[str, Any]:
        return {
            "id": row.id,
            "code": row.code,
            "agency": row.agency_code,
            "fonds": row.fonds_code,
            "title": row.title,
            "state": row.state,
            "regime": row.regime,
            "access": row.access,
            "start_date": row.start_date,
            "end_date": row.end_date,
            "maintenance": row.maintenance,
            "permanent": row.permanent,
            "last_day": row.last_day,
            "stored_at": row.stored_at,
            "gone_at": row.gone_at,
            "description": row.description,
            "records": [self._record(record) for record in row.records],
            "packages": [
                {
                    "version": package.version,
                    "name": package.name,
                    "sha256": package.sha256,
                    "size": package.size,
                    "copies": [
                        {"store": copy.store, "state": copy.state, "checked_at": copy.checked_at}
                        for copy in package.copies
                    ],
                }
                for package in row.packages
            ],
        }

    def _record(self, record: Any) -> dict[str, Any]:
        return {
            "id": record.id,
            "ordinal": record.ordinal,
            "code": record.code,
            "type": record.type_name,
            "number": record.number,
            "notation": record.notation,
            "issued_on": record.issued_on,
            "organ": record.organ_name,
            "subject": record.subject,
            "pages": record.pages,
            "description": record.description,
            "components": [
                {
                    "id": component.id,
                    "role": component.role,
                    "name": component.name,
                    "media_type": component.media_type,
                    "puid": component.puid,
                    "size": component.size,
                    "sha256": component.sha256,
                    "url": f"{self.root}/@components/{component.id}",
                }
                for component in record.components
            ],
        }

    def _retention(self, session: Session, row: CaseFile) -> list[dict[str, Any]]:
        try:
            steps = explain(session, row.id, viewer=self.viewer)
        except NotAllowedError:
            return []
        return [{"vi": step.vi, "en": step.en, "clause": step.clause} for step in steps]
