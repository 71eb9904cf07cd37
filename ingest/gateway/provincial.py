"""A provincial document axis as in Lạng Sơn (guide v2.2): query parameters, JSON, edXML as a string of the answer.

Threat model: as `ingest.gateway.line` and `ingest.gateway.long_json`; nothing the axis names becomes a path.

What is our reading (DERIVED), because the guide was seen only as one repository renders it: the edXML is taken as text
or as base64, whichever it is; a case file comes by a download path of ours, or as base64 in the same field when that
path is ""; `done` and `fail` leave the list; the id of a sent message may be missing from the answer. `attachments`
beside the edXML are taken for a repetition of what is inside; when the edXML holds fewer, the message goes back,
because what is outside it would be lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.errors import BadMessageError, IngestError
from ingest.gateway.answers import attachments_in, provincial_data, write_base64, write_message
from ingest.gateway.authority import Call
from ingest.gateway.http_inbox import HttpInbox, form, known_status, local_now, whole_or_nothing
from ingest.gateway.interface import Waiting
from ingest.gateway.long_json import LongText
from ingest.inbox_settings import LgspInbox, ProvincialInbox

HANDLED = frozenset({"done", "fail"})


class ProvincialAxis(HttpInbox):
    """A client of one provincial axis. Implements `ingest.gateway.interface.Inbox`."""

    def __init__(
        self,
        settings: ProvincialInbox | LgspInbox,
        *,
        max_message_bytes: int = 512 * 2**20,
        clock: Callable[[], datetime] = local_now,
    ) -> None:
        super().__init__(settings, max_message_bytes=max_message_bytes, clock=clock)
        self.settings = settings

    def list_received(self) -> list[Waiting]:
        """Return what waits for us among the last `days` days."""
        today = self.clock()
        span = {
            "fromDate": (today - timedelta(days=self.settings.days)).strftime(self.settings.date_format),
            "toDate": today.strftime(self.settings.date_format),
        }
        found: list[Waiting] = []
        for kind in self.settings.message_types:
            call = Call("GET", self.settings.paths.list, query={"messageType": kind, **span})
            data = provincial_data(self.asked(call), call.path)
            if not isinstance(data, list):
                raise IngestError(f"{call.path}: the other side gave no list")
            rows = [_waiting(row, kind, call.path) for row in data]
            found += [one for one in rows if one.status not in HANDLED]
        return self.remember(found)

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        """Write the raw message below `into` and return its path; the name is ours."""
        doc_id, kind = self.type_of(waiting)
        paths = self.settings.paths
        with whole_or_nothing(doc_id, into) as (target, part, folder):
            if kind == "sip" and paths.download:
                call = Call("GET", paths.download, query={"docId": doc_id})
                self.download(call, part, lambda answer: provincial_data(answer, paths.download))
            else:
                self._message(Call("GET", paths.get, query={"docId": doc_id}), kind, part, folder)
        return target

    def _message(self, call: Call, kind: str, part: Path, folder: Path) -> None:
        data = provincial_data(self.long_answer(call, folder), call.path)
        text = data.get("edxml") if isinstance(data, dict) else None
        if not isinstance(text, str | LongText):
            raise IngestError(f"{call.path}: the answer has no edxml")
        if kind == "sip":
            return write_base64(text, part, self.max_bytes)
        write_message(text, part, self.max_bytes)
        beside = data.get("attachments")
        if isinstance(beside, list) and len(beside) > attachments_in(part):
            raise BadMessageError(
                "MESSAGE_ATTACHMENTS",
                str(len(beside)),
                f"{call.path}: {len(beside)} attachments beside the edXML are not inside it",
            )
        return None

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        """Tell the transport what became of a message."""
        body = json.dumps({"docId": doc_id, "status": known_status(status)}, ensure_ascii=False)
        call = Call("POST", self.settings.paths.ack, body=body.encode())
        provincial_data(self.asked(call), call.path)

    def send_status(self, xml: bytes, to: str, label: str = "") -> str:
        """Send an edXML status message; the axis reads from the message itself to whom."""
        body, content_type = form(xml, part="edocFile", fields={"messageType": "status"})
        call = Call("POST", self.settings.paths.send, body=body, content_type=content_type)
        data = provincial_data(self.asked(call), call.path)
        if isinstance(data, dict):
            data = data.get("docId") or data.get("DocId")
        return str(data or "")


def _waiting(row: Any, kind: str, path: str) -> Waiting:
    if not isinstance(row, dict) or not str(row.get("docId") or ""):
        raise IngestError(f"{path}: a row without docId: {row!r:.80}")
    return Waiting(
        doc_id=str(row["docId"]),
        message_type=str(row.get("messageType") or kind),
        sender=str(row.get("from") or ""),
        receiver=str(row.get("to") or ""),
        created_at=str(row.get("createdTime") or ""),
        status=str(row.get("status") or "initial"),
        title=str(row.get("edocAbstract") or row.get("title") or ""),
    )
