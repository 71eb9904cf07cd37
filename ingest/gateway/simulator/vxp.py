"""The dialect of the national axis: signed headers, POST, base64 in JSON {status, ErrorCode, ErrorDesc, data}.

Whole case files are listed with messageType "sip" and fetched by /downloadEdoc: no public standard carries a case file
over the axis, so this is ours (DERIVED).
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from archive.vietnam import VIETNAM
from ingest.gateway.interface import TRANSPORT_STATUSES
from ingest.gateway.signing import PREFIX, verify
from ingest.gateway.simulator.dialect import Dialect
from ingest.gateway.simulator.exchange import Exchange

OK = {"status": "OK", "ErrorCode": "0", "ErrorDesc": ""}


class Vxp(Dialect):
    """Answers at the root of the address."""

    def answer(self, ask: Exchange) -> bool:
        """Answer when the path is one of this dialect; False when it is not."""
        operation = {
            ("POST", "/getReceivedEdocList"): self._list,
            ("POST", "/getEdoc"): self._get,
            ("GET", "/downloadEdoc"): self._download,
            ("POST", "/updateStatus"): self._update,
            ("POST", "/sendEdoc"): self._send,
        }.get((ask.method, ask.path))
        if operation is None:
            return False
        now = datetime.now(VIETNAM)
        if why := verify(ask.headers, system_id=self.system_id, secret=self.secret, now=now):
            _fail(ask, "401", why, code=401)
        else:
            operation(ask)
        return True

    def _list(self, ask: Exchange) -> None:
        rows = [
            {
                "docId": one["docId"],
                "serviceType": "eDoc",
                "messageType": one["messageType"],
                "created_time": one.get("created_time", ""),
                "updated_time": one.get("created_time", ""),
                "from": one["from"],
                "to": one["to"],
                "status": status,
                "status_desc": "",
                "title": one.get("title", ""),
            }
            for one, status in self.post.waiting(_told(ask, "messagetype"), self.faults)
        ]
        ask.json({**OK, "data": rows})

    def _get(self, ask: Exchange) -> None:
        path = self.post.payload(_told(ask, "docId"))
        if path is None:
            return _fail(ask, "10", "no such docId")
        before, after = json.dumps({**OK, "data": "\0"}).split("\\u0000")
        return ask.json_around(before, path, after, as_text=False)

    def _download(self, ask: Exchange) -> None:
        path = self.post.payload(_told(ask, "docId"))
        return _fail(ask, "10", "no such docId") if path is None else ask.file(path)

    def _update(self, ask: Exchange) -> None:
        doc_id, status = _told(ask, "docId"), _told(ask, "status")
        if self.post.message(doc_id) is None:
            return _fail(ask, "10", "no such docId")
        if status not in TRANSPORT_STATUSES:
            return _fail(ask, "22", f"unknown status {status}")
        self.post.acknowledge(doc_id, status)
        return ask.json({**OK, "data": None})

    def _send(self, ask: Exchange) -> None:
        content = ask.parts().get("file_doc")
        if content is None:
            return _fail(ask, "10", "no part file_doc")
        if hashlib.sha256(content).hexdigest() != _told(ask, "hash-file").lower():
            return _fail(ask, "21", "hash-file is not the hash of file_doc")
        to = json.loads(_told(ask, "to") or "[]")
        kept = self.post.keep_status(content, sender=_told(ask, "from"), to=to)
        return ask.json({**OK, "data": {"DocId": kept}})


def _told(ask: Exchange, name: str) -> str:
    return ask.headers.get(f"{PREFIX}{name}".lower(), "")


def _fail(ask: Exchange, error: str, words: str, *, code: int = 200) -> None:
    answer: dict[str, Any] = {"status": "FAIL", "ErrorCode": error, "ErrorDesc": words}
    ask.json(answer, code=code)
