"""An edXML message as a row of the register: what its columns hold, cut to what they can hold."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from archive.register.messages import ReceivedMessage
from ingest.gateway.edxml import Message

LONGEST_TEXT = 4000


def note(session: Session, submission_id: str, message: Message, *, pages: int = 0) -> None:
    """Write what a message says, instead of what was noted before; no sign of secrecy was found in it.

    Args:
        pages: counted in its files.
    """
    about = message.responses[0] if message.responses and not message.number else None
    session.merge(
        ReceivedMessage(
            submission_id=submission_id,
            kind=str(message.kind),
            sender=message.sender[:35],
            document_id=(message.document_id or (about.document_id if about else ""))[:200],
            number=message.number[:60],
            notation=message.notation[:100],
            issued_on=message.issued,
            organ_name=message.sender_name[:300],
            type_name=message.type_name[:200],
            subject=message.subject[:LONGEST_TEXT],
            reference=message.reference_codes[:200],
            reason=message.reason[:LONGEST_TEXT],
            status=message.status[:10],
            files=len(message.attachments),
            pages=pages,
            about=[asdict(one.document) for one in message.targets]
            or [asdict(one) for one in message.responses],
        )
    )
    session.flush()
