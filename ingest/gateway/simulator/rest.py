"""The provincial dialect (Lạng Sơn v2.2), and the same behind a WSO2-style platform with its tokens."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from ingest.gateway.interface import TRANSPORT_STATUSES
from ingest.gateway.simulator.dialect import Dialect
from ingest.gateway.simulator.exchange import Exchange
from ingest.gateway.simulator.faults import Faults
from ingest.gateway.simulator.post import Post
from ingest.inbox_settings import ProvincialPaths

CONTEXT = "/van-ban/1.0.0"
LGSP_PATHS: Mapping[str, str] = {
    name: f"{CONTEXT}/{name}" for name in ("list", "get", "download", "ack", "send")
}
"""The simulator's own; what a province has is in its settings."""


class Provincial(Dialect):
    """Answers below /v1 to whoever shows the header pair."""

    paths: Mapping[str, str] = ProvincialPaths().model_dump()

    def answer(self, ask: Exchange) -> bool:
        """Answer when the path is one of this dialect; False when it is not."""
        paths = self.paths
        operation = {
            ("GET", paths["list"]): self._list,
            ("GET", paths["get"]): self._get,
            ("GET", paths["download"]): self._download,
            ("POST", paths["ack"]): self._update,
            ("POST", paths["send"]): self._send,
        }.get((ask.method, ask.path))
        if operation is None:
            return False
        if self.let_in(ask):
            operation(ask)
        return True

    def let_in(self, ask: Exchange) -> bool:
        """Say whether the request shows who it is from; what is not let in has its answer."""
        shown = ask.headers.get("x-systemid"), ask.headers.get("x-secretkey")
        if shown == (self.system_id, self.secret):
            return True
        _fail(ask, "15", "sai SystemId/SecretKey", code=401)
        return False

    def _list(self, ask: Exchange) -> None:
        kind, since, until = (ask.query.get(name, "") for name in ("messageType", "fromDate", "toDate"))
        rows = [
            {
                "docId": one["docId"],
                "serviceType": "eDoc",
                "messageType": one["messageType"],
                "createdTime": one.get("created_time", ""),
                "updatedTime": one.get("created_time", ""),
                "from": one["from"],
                "to": one["to"],
                "status": status,
                "statusDesc": "",
                "title": one.get("title", ""),
            }
            for one, status in self.post.waiting(kind, self.faults)
            if since <= str(one.get("created_time", since))[:10] <= until
        ]
        ask.json({"success": True, "count": len(rows), "data": rows})

    def _get(self, ask: Exchange) -> None:
        one = self.post.message(ask.query.get("docId", ""))
        if one is None:
            return _fail(ask, "10", "no such docId")
        data = {"docId": one["docId"], "from": one["from"], "edxml": "\0"}
        if "beside" in one:
            data["attachments"] = one["beside"]
        before, after = json.dumps({"success": True, "data": data}).split("\\u0000")
        path = self.post.payload(one["docId"])
        assert path is not None
        as_text = one["messageType"] != "sip" and not one.get("base64", False)
        return ask.json_around(before, path, after, as_text=as_text)

    def _download(self, ask: Exchange) -> None:
        path = self.post.payload(ask.query.get("docId", ""))
        return _fail(ask, "10", "no such docId") if path is None else ask.file(path)

    def _update(self, ask: Exchange) -> None:
        told = json.loads(ask.body)
        if self.post.message(told["docId"]) is None:
            return _fail(ask, "10", "no such docId")
        if told["status"] not in TRANSPORT_STATUSES:
            return _fail(ask, "22", f"unknown status {told['status']}")
        self.post.acknowledge(told["docId"], told["status"])
        return ask.json({"success": True})

    def _send(self, ask: Exchange) -> None:
        parts = ask.parts()
        if "edocFile" not in parts or parts.get("messageType") not in (b"edoc", b"status"):
            return _fail(ask, "10", "file không hợp lệ")
        return ask.json({"success": True, "data": {"docId": self.post.keep_status(parts["edocFile"])}})


class Lgsp(Provincial):
    """Answers below a context of its own to whoever has a token, which POST /token gives for client credentials."""

    paths = LGSP_PATHS

    def __init__(self, post: Post, faults: Faults, *, system_id: str, secret: str) -> None:
        super().__init__(post, faults, system_id=system_id, secret=secret)
        self.tokens: dict[str, float] = {}
        self.given = 0
        self.asked_by: list[str] = []

    def answer(self, ask: Exchange) -> bool:
        """As the provincial dialect, and the token path."""
        if (ask.method, ask.path) != ("POST", "/token"):
            return super().answer(ask)
        form = {name: values[0] for name, values in parse_qs(ask.body.decode()).items()}
        shown = form.get("grant_type"), form.get("client_id"), form.get("client_secret")
        kind, _, pair = ask.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            client, _, word = b64decode(pair).decode().partition(":")
            shown = (shown[0], unquote(client), unquote(word))
        self.asked_by.append("basic" if kind == "Basic" else "form")
        if shown != ("client_credentials", self.system_id, self.secret):
            ask.json({"error": "invalid_client"}, code=401)
            return True
        token, seconds = secrets.token_urlsafe(24), self.faults.token_seconds
        self.tokens[token] = time.monotonic() + seconds
        self.given += 1
        ask.json({"access_token": token, "token_type": "Bearer", "expires_in": seconds})
        return True

    def let_in(self, ask: Exchange) -> bool:
        """Say whether the request has a token that is good now."""
        if self.faults.take("expire"):
            self.tokens.clear()
        token = ask.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) > time.monotonic():
            return True
        fault: dict[str, Any] = {"code": 900901, "message": "Invalid Credentials"}
        ask.json({"fault": fault}, code=401)
        return False


def _fail(ask: Exchange, code_: str, words: str, *, code: int = 200) -> None:
    ask.json({"success": False, "errorCode": code_, "message": words}, code=code)
