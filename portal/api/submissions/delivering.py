"""POST @submissions: a package in one piece; GET @submissions/{id}/statuses: what its sender was told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ingest import direct, submissions
from ingest.errors import BadMessageError
from ingest.gateway.edxml_status import STATUSES
from ingest.uploads.errors import KeyReusedError
from portal.api.service import ArchiveService, ProblemError

TYPES = ("application/zip", "application/octet-stream")


def delivered(service: ArchiveService) -> Mapping[str, Any]:
    """Receive the package in the body; 202 with where to ask about it. The same key and bytes, the same answer."""
    service.refuse_forms(*TYPES)
    agency = service.word("agency", 35)
    if not agency:
        raise ProblemError(400, "Bad request", "say for which agency: ?agency=CODE")
    key = service.request.get_header("Idempotency-Key", "") or ""
    if not key:
        raise ProblemError(400, "Bad request", "send an Idempotency-Key, one for each delivery")
    try:
        received = direct.deliver(
            service.request["BODYFILE"],
            agency_code=agency,
            file_name=service.word("name", 255),
            key=key,
            viewer=service.viewer,
            now=service.now,
        )
    except KeyReusedError as error:
        raise ProblemError(422, "Idempotency-Key reused", service.words_of(error)) from error
    except BadMessageError as error:
        raise ProblemError(413, "Too large", str(error)) from error
    address = f"{service.root}/@submissions/{received.submission_id}"
    service.request.response.setStatus(202)
    service.request.response.setHeader("Location", address)
    return {
        "id": received.submission_id,
        "submission": address,
        "statuses": f"{address}/statuses",
        "page": f"{service.root}/tiep-nhan/{received.submission_id}",
    }


def statuses(service: ArchiveService, session: Session) -> Mapping[str, Any]:
    """Return the statuses owed about a delivery, oldest first: 01 arrived, 02 returned or refused, 03, 06 ..."""
    row = submissions.one(session, service.path[0], viewer=service.viewer)
    return {
        "id": row.id,
        "state": row.state,
        "statuses": [
            {
                "status": one.status,
                "means": STATUSES.get(one.status, ""),
                "reason": one.reason,
                "about": one.about,
                "taken_at": one.sent_at,
            }
            for one in direct.statuses(session, row.id)
        ],
    }
