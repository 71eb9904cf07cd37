"""GET @submissions/waiting and POST @submissions/assemble: documents that came alone, and a case file made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from ingest.finding import Finding
from ingest.gathering import waiting
from ingest.gathering.assembly import PLACE, DescriptionError, assemble
from portal.api.service import ArchiveService, ProblemError
from portal.findings import in_both_languages

SIZES = 200
LONGEST_KEY = 200


def listing(service: ArchiveService, session: Session) -> Mapping[str, Any]:
    """Return a page of the documents that wait for a case file."""
    page = waiting.listing(
        session,
        viewer=service.viewer,
        agency=service.word("agency", 35),
        text=service.word("text", 100),
        after=_day(service.word("after", 10)),
        before=_day(service.word("before", 10)),
        page=service.number("page", 1, 100_000),
        size=service.number("size", 50, SIZES),
    )
    return {
        "total": page.total,
        "page": page.page,
        "size": page.size,
        "agencies": page.agencies,
        "items": [_facts(one) for one in page.items],
    }


def made(service: ArchiveService, session: Session) -> str:
    """Make a case file of the named documents; return its submission's id.

    Raises:
        ProblemError: 400 when the body is not {"messages": [...], "fields": {...}}; 422 with what is wrong, by field.
    """
    given = service.body()
    messages, fields = given.get("messages"), given.get("fields")
    if not _texts(messages) or not isinstance(fields, dict) or not _texts(list(fields.values())):
        raise ProblemError(400, "Bad request", 'send {"messages": [id, ...], "fields": {name: text, ...}}')
    key = service.request.get_header("Idempotency-Key", "")[:LONGEST_KEY]
    viewer = service.viewer
    try:
        return assemble(
            session,
            viewer,
            messages,
            {str(name): str(value) for name, value in fields.items()},
            now=service.now,
            key=f"{viewer.name} {key}" if key else "",
        ).id
    except DescriptionError as error:
        more = {"errors": [_told(finding) for finding in error.findings]}
        raise ProblemError(422, "The description is not right", str(error), more=more) from error


def _told(finding: Finding) -> dict[str, Any]:
    return {"field": finding.place.removeprefix(PLACE)} | in_both_languages(finding)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _facts(one: waiting.Lone) -> dict[str, Any]:
    row, said = one.submission, one.said
    return {
        "id": row.id,
        "agency": row.agency_code,
        "received_at": row.received_at,
        "document_id": said.document_id,
        "number": said.number,
        "notation": said.notation,
        "issued_on": said.issued_on,
        "organ_name": said.organ_name,
        "type_name": said.type_name,
        "subject": said.subject,
        "reference": said.reference,
        "files": said.files,
        "pages": said.pages,
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ProblemError(400, "Bad request", f"{text} is no day (yyyy-mm-dd)") from error
