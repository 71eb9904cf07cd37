"""What a delivery is called on a page: its title, or the best that is known of one that has none (yet)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.register.messages import ReceivedMessage
from archive.register.models import Submission, SubmissionState
from archive.vietnam import local
from archive.viewer import Viewer
from ingest.drafting.sending import made_here, own_title
from portal.i18n import _

STATES_READING = frozenset({SubmissionState.RECEIVED, SubmissionState.CHECKING})


def subjects_of(session: Session, rows: Iterable[Submission], viewer: Viewer) -> Mapping[str, str]:
    """Return what these are about, by submission id; for those without a title.

    Of a message what it says of itself; of what this person sent from the form here, what was typed there.
    """
    untitled = [row for row in rows if not row.title]
    if not untitled:
        return {}
    query = select(ReceivedMessage).where(ReceivedMessage.submission_id.in_([row.id for row in untitled]))
    own = {row.id: own_title(row, viewer=viewer) for row in untitled}
    return own | {said.submission_id: _named(said) for said in session.scalars(query)}


def name_of(row: Submission, subject: str = "") -> object:
    """Return the name as a message or text: title, subject, file name, or when it came.

    A transport's number is no name: it stands below, once.
    """
    if row.title or subject or row.file_name:
        return row.title or subject or row.file_name
    at = local(row.received_at)
    when = {"day": at.strftime("%d/%m/%Y"), "hour": at.strftime("%H:%M")}
    if row.state in STATES_READING:
        return _("Delivery of ${day}, ${hour}, its description is being read", mapping=when)
    return _("Delivery of ${day}, ${hour}, not read yet", mapping=when)


def reference_of(row: Submission) -> str:
    """Return the code to cite it by: the case file's, or the transport's number; "" when that is its name already.

    A delivery made here has no transport, and the number it got instead says nothing to anybody.
    """
    code = row.file_code or ("" if made_here(row) else row.message_id)
    return "" if code in (row.title, row.file_name) else code


def _named(said: ReceivedMessage) -> str:
    number = "/".join(part for part in (said.number, said.notation) if part)
    return said.subject or " ".join(part for part in (said.type_name, number) if part)
