"""What every way in looks like to the intake: list, fetch, acknowledge, answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.register.models import SubmissionKind
from ingest.inbox_settings import Common

TRANSPORT_STATUSES = ("done", "fail", "processing")


@dataclass(frozen=True)
class Waiting:
    """A message that waits for us at the other side.

    Attributes:
        doc_id: the transport's own id; also what idempotency is counted by, with sender and SHA-256.
        message_type: "edoc" (one document), "status", or "sip" (a whole case file as SIP_hoso ZIP).
            "sip" is our own word (DERIVED): no public standard carries a case file over the axis.
        status: transport status, e.g. "initial".
        title: what the other side calls it (its file name where it is a file), for people only.
    """

    doc_id: str
    message_type: str
    sender: str
    receiver: str
    created_at: str
    status: str = "initial"
    title: str = ""

    @property
    def kind(self) -> SubmissionKind:
        """Return `SIP` for a case file, `EDXML` for what is an edXML message (document or status)."""
        return SubmissionKind.SIP if self.message_type == "sip" else SubmissionKind.EDXML


class Inbox(Protocol):
    """A place offices send to.

    Errors: `TemporaryError` when the same call may succeed later (no connection, 5xx); `BadMessageError` when one
    message can never be taken in; `IngestError` for what else will not go away by itself (credentials, protocol).
    """

    @property
    def settings(self) -> Common:
        """Return what was set for it: its name, our code there, whose messages it takes."""
        ...

    def list_received(self) -> list[Waiting]:
        """Return what waits, in the order the other side gives it; may repeat and may be out of order."""
        ...

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Write the raw message below the folder `into`, whole or not at all, and return its path."""
        ...

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        """Say `done`, `fail` or `processing` to the transport; `done` only after the bytes are safe.

        Args:
            reason: why it failed, in Vietnamese; only a way in whose sender reads files tells it.
        """
        ...

    def send_status(self, xml: bytes, to: str, label: str = "") -> str:
        """Send an edXML status message to an agency; return the transport's id for it, "" when it gives none.

        Args:
            label: what a file with the answer is to be called, where answers are files; the same label replaces.
        """
        ...

    def close(self) -> None:
        """Let connections go; the inbox is not used afterwards."""
        ...


def name_of_ours(doc_id: str) -> str:
    """Return the file name a fetched message gets: nothing of what strangers called it."""
    return f"{hashlib.sha256(doc_id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.raw"
