"""The way in by our own REST service: uploads that came whole wait here, statuses lie ready to be read.

Senders come to us, so what they send is received while they wait (`ingest.direct`). What waits here is the rest: an
upload that was whole when the process, the disk or the register let us down. Nothing has to be sent back either: a
status is there to be read (`GET @submissions/<id>/statuses`) from the moment it is owed.
"""

from __future__ import annotations

from pathlib import Path

from archive.errors import TemporaryError
from archive.hashing import hashed_copy
from archive.reason import because, trouble
from ingest.errors import IngestError
from ingest.gateway.interface import TRANSPORT_STATUSES, Waiting, name_of_ours
from ingest.inbox_settings import RestInbox
from ingest.uploads import shelf
from ingest.uploads.upload import Purpose, Upload

SIP = "sip"


class Direct:
    """Uploads of the agencies this way in serves. Implements `ingest.gateway.interface.Inbox`."""

    def __init__(self, settings: RestInbox) -> None:
        self._settings = settings

    @property
    def settings(self) -> RestInbox:
        """Return what was set for it."""
        return self._settings

    def list_received(self) -> list[Waiting]:
        """Return the whole uploads that were not received yet, oldest first."""
        return [
            Waiting(
                doc_id=one.message_id,
                message_type=SIP,
                sender=one.agency_code,
                receiver=self._settings.organ,
                created_at=one.created_at.isoformat(),
                title=one.file_name,
            )
            for one in self._waiting()
        ]

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Copy an upload's bytes below the folder `into` and return their path."""
        one = self._find(waiting if isinstance(waiting, str) else waiting.doc_id)
        target = into / name_of_ours(one.message_id)
        try:
            into.mkdir(parents=True, exist_ok=True)
            with shelf.data(one).open("rb") as source, target.open("wb") as out:
                hashed_copy(source, out)
        except OSError as error:
            raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
        return target

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        """Let the bytes go once they are received, or never will be; what is gone already stays gone.

        Raises:
            IngestError: no such transport status.
        """
        if status not in TRANSPORT_STATUSES:
            raise IngestError(f"{status} is none of {', '.join(TRANSPORT_STATUSES)}")
        if status == "processing":
            return
        for one in self._waiting():
            if one.message_id == doc_id:
                shelf.received(one)

    def send_status(self, xml: bytes, to: str, label: str = "") -> str:
        """Do nothing: a status is read by whoever sent the delivery, from the register."""
        return ""

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def _waiting(self) -> list[Upload]:
        return [
            one
            for one in shelf.whole()
            if one.purpose is Purpose.SUBMISSION and self._settings.serves(one.agency_code)
        ]

    def _find(self, doc_id: str) -> Upload:
        for one in self._waiting():
            if one.message_id == doc_id:
                return one
        raise IngestError(because("ingest.no-upload", upload=doc_id))
