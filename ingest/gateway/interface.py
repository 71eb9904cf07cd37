"""What every way in looks like to the pipeline: list, fetch, acknowledge, answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Waiting:
    """A message that waits for us at the other side.

    Attributes:
        doc_id: the transport's own id; also what idempotency is counted by, with sender and SHA-256.
        message_type: "edoc" (one document), "status", or "sip" (a whole case file as SIP_hoso ZIP).
            "sip" is our own word (DERIVED): no public standard carries a case file over the axis.
        status: transport status, e.g. "initial".
        title: what the other side calls it, for people only.
    """

    doc_id: str
    message_type: str
    sender: str
    receiver: str
    created_at: str
    status: str = "initial"
    title: str = ""

    @property
    def kind(self) -> str:
        """Return "sip" for a case file, "edxml" for what is an edXML message (document or status)."""
        return "sip" if self.message_type == "sip" else "edxml"


class Inbox(Protocol):
    """A place offices send to.

    Errors: `TemporaryError` when the same call may succeed later (no connection, 5xx); `IngestError` when
    it may not (credentials, protocol, too large).
    """

    def list_received(self) -> list[Waiting]:
        """Return what waits, in the order the other side gives it; may repeat and may be out of order."""
        ...

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Write the raw message below the folder `into`, whole or not at all, and return its path."""
        ...

    def acknowledge(self, doc_id: str, status: str) -> None:
        """Say `done`, `fail` or `processing` to the transport; `done` only after the bytes are safe."""
        ...

    def send_status(self, xml: bytes, to: str) -> str:
        """Send an edXML status message to an agency and return the transport's id for it."""
        ...
