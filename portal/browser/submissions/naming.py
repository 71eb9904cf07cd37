"""What a delivery is called on a page: its title, or the best that is known of one that has none (yet)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.messages import ReceivedMessage
from archive.register.models import Submission
from archive.vietnam import local
from portal.i18n import _


def subjects_of(session: Session, rows: Iterable[Submission]) -> Mapping[str, str]:
    """Return what the messages among these are about, by submission id; for those without a title."""
    ids = [row.id for row in rows if not row.title]
    if not ids:
        return {}
    query = select(ReceivedMessage).where(ReceivedMessage.submission_id.in_(ids))
    return {said.submission_id: _named(said) for said in session.scalars(query)}


def name_of(row: Submission, subject: str = "") -> object:
    """Return the name as a message or text: title, subject, file name, or when it came.

    A transport's number is no name: it stands below, once.
    """
    if row.title or subject or row.file_name:
        return row.title or subject or row.file_name
    at = local(row.received_at)
    return _(
        "Delivery of ${day}, ${hour}, not read yet",
        mapping={"day": at.strftime("%d/%m/%Y"), "hour": at.strftime("%H:%M")},
    )


def reference_of(row: Submission) -> str:
    """Return the code to cite it by: the case file's, or the transport's number; "" when that is its name already."""
    code = row.file_code or row.message_id
    return "" if code in (row.title, row.file_name) else code


def _named(said: ReceivedMessage) -> str:
    number = "/".join(part for part in (said.number, said.notation) if part)
    return said.subject or " ".join(part for part in (said.type_name, number) if part)
