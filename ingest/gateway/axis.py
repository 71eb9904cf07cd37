"""The document axis over HTTP, in the dialect of the national one (VXP): parameters in headers, base64 in JSON.

Threat model: as `ingest.gateway.line` and `ingest.gateway.long_json`; nothing the axis names becomes a path.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ingest.gateway.answers import axis_data, write_base64
from ingest.gateway.authority import Call
from ingest.gateway.http_inbox import HttpInbox, form, known_status, local_now, whole_or_nothing
from ingest.gateway.interface import Waiting
from ingest.gateway.long_json import LongText
from ingest.inbox_settings import VxpInbox


class Axis(HttpInbox):
    """A client of one axis for one system id. Implements `ingest.gateway.interface.Inbox`."""

    def __init__(
        self,
        settings: VxpInbox,
        *,
        max_message_bytes: int = 512 * 2**20,
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        super().__init__(
            settings,
            max_message_bytes=max_message_bytes,
            clock=clock,
            header_prefix=settings.header_prefix,
        )
        self.settings = settings

    def list_received(self) -> list[Waiting]:
        """Return what waits for us: case files, documents and statuses."""
        found: list[Waiting] = []
        for kind in self.settings.message_types:
            call = self._call(self.settings.paths.list, servicetype="eDoc", messagetype=kind)
            data = axis_data(self.asked(call), call.path)
            if not isinstance(data, list):
                raise IngestError(f"{call.path}: the axis gave no list")
            found += [_waiting(row, kind, call.path) for row in data]
        return self.remember(found)

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Write the raw message below `into` and return its path; the name is ours.

        Documents and statuses come by getEdoc (base64 in JSON), whole case files streamed by downloadEdoc.
        That downloadEdoc gives the bytes as they are is our reading (DERIVED): only its name is published. A
        bare id that was not in the last list is downloaded.
        """
        doc_id, kind = self.type_of(waiting)
        paths = self.settings.paths
        with whole_or_nothing(doc_id, into) as (target, part, folder):
            if kind == "sip":
                call = Call("GET", paths.download, {"docId": doc_id})
                self.download(call, part, lambda answer: axis_data(answer, paths.download))
            else:
                call = self._call(paths.get, filePath="-", docId=doc_id)
                data = axis_data(self.long_answer(call, folder), call.path)
                if not isinstance(data, str | LongText):
                    raise IngestError(f"{call.path}: the answer has no data")
                write_base64(data, part, self.max_bytes)
        return target

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        """Tell the transport what became of a message: `done` removes it from the list."""
        call = self._call(self.settings.paths.ack, docId=doc_id, status=known_status(status))
        axis_data(self.asked(call), call.path)

    def send_status(self, xml: bytes, to: str, label: str = "") -> str:
        """Send an edXML status message to an agency code; return the axis's id for it."""
        parameters = {
            "from": self.settings.organ,
            "servicetype": "eDoc",
            "messagetype": "status",
            "to": json.dumps([to]),
            "hash-file": hashlib.sha256(xml).hexdigest(),
        }
        body, content_type = form(xml, part="file_doc")
        call = Call("POST", self.settings.paths.send, parameters, body=body, content_type=content_type)
        data = axis_data(self.asked(call), call.path)
        doc_id = data.get("DocId", "") if isinstance(data, dict) else data
        if not doc_id:
            raise IngestError(f"{call.path}: the axis gave no DocId")
        return str(doc_id)

    @staticmethod
    def _call(path: str, **parameters: str) -> Call:
        return Call("POST", path, parameters)


def _waiting(row: Any, kind: str, path: str) -> Waiting:
    if not isinstance(row, dict) or not str(row.get("docId", "")):
        raise IngestError(f"{path}: a row without docId: {row!r:.80}")
    return Waiting(
        doc_id=str(row["docId"]),
        message_type=str(row.get("messageType") or kind),
        sender=str(row.get("from") or ""),
        receiver=str(row.get("to") or ""),
        created_at=str(row.get("created_time") or ""),
        status=str(row.get("status") or "initial"),
        title=str(row.get("title") or ""),
    )
