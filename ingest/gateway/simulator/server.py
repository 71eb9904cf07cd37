"""A gateway to practise with: serves the messages of a folder in every HTTP dialect, and remembers what it was told.

    python -m ingest.gateway.simulator --port P --folder DIR --system-id X --secret-file FILE

All dialects at one address: the national axis at its root, the provincial one below /v1, a WSO2-style platform at
/token and below a context of its own. What the folder holds is in `post`; `POST /control` sets faults for tests
(`Faults`), `GET /health` answers. It binds to 127.0.0.1 only and is no part of production.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ingest.gateway.simulator.exchange import Exchange
from ingest.gateway.simulator.faults import Faults
from ingest.gateway.simulator.post import Post
from ingest.gateway.simulator.rest import Lgsp, Provincial
from ingest.gateway.simulator.vxp import Vxp

MAX_BODY = 64 << 20


class Simulator(ThreadingHTTPServer):
    """The server; `port` 0 takes a free one. Use `serve_forever`, or `start` for a thread of its own."""

    daemon_threads = True

    def __init__(
        self,
        folder: Path,
        *,
        system_id: str,
        secret: str,
        port: int = 0,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = folder
        self.faults = faults or Faults()
        self.post = Post(folder)
        us: dict[str, Any] = {"system_id": system_id, "secret": secret}
        self.lgsp = Lgsp(self.post, self.faults, **us)
        self.dialects = (
            Vxp(self.post, self.faults, **us),
            self.lgsp,
            Provincial(self.post, self.faults, **us),
        )
        self.acknowledged = self.post.acknowledged
        self.rows = self.post.rows
        self.messages = self.post.messages
        self.asked: list[str] = []  # paths, in the order they were asked for

    @property
    def url(self) -> str:
        """Return the base address for an inbox."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; that is their right."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def start(self) -> None:
        """Serve in a background thread until `shutdown`."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


class _Dropped(Exception):
    """The connection is to be closed without an answer."""


class _Handler(BaseHTTPRequestHandler):
    server: Simulator
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        try:
            self._dispatch(method)
        except (_Dropped, BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _dispatch(self, method: str) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        address = urlsplit(self.path)
        ask = Exchange(
            method=method,
            path=address.path,
            query=dict(parse_qsl(address.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            reply=self._reply,
        )
        if ask.path == "/health":
            return self._whole({"status": "OK", "messages": len(self.server.post.messages())})
        if ask.path == "/control" and method == "POST":
            if unknown := self.server.faults.set(json.loads(body or b"{}")):
                return self._whole({"status": "FAIL", "ErrorDesc": f"unknown fault {unknown}"}, code=400)
            return self._whole({"status": "OK", "faults": vars(self.server.faults)})
        self.server.asked.append(ask.path)
        faults = self.server.faults
        if faults.take("drop"):
            raise _Dropped
        if faults.take("error"):
            return self._whole({"status": "FAIL"}, code=faults.error_code)
        if not any(dialect.answer(ask) for dialect in self.server.dialects):
            self._whole({"status": "FAIL", "ErrorDesc": f"no operation {ask.path}"}, code=404)
        return None

    def _whole(self, answer: dict[str, Any], *, code: int = 200) -> None:
        raw = json.dumps(answer).encode()
        self._send(lambda: iter((raw,)), code, "application/json", half=False)

    def _reply(
        self, pieces: Callable[[], Iterator[bytes]], *, code: int, content_type: str, message: bool
    ) -> None:
        faults = self.server.faults
        if code == 200 and faults.take("drop_after"):
            raise _Dropped
        half = faults.take("cut") or (message and faults.take("truncate"))
        self._send(pieces, code, content_type, half=half)

    def _send(
        self, pieces: Callable[[], Iterator[bytes]], code: int, content_type: str, *, half: bool
    ) -> None:
        size = sum(len(piece) for piece in pieces())
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        left = size // 2 if half else size
        for piece in pieces():
            self.wfile.write(piece[:left])
            left -= len(piece[:left])
        if half:
            self.close_connection = True
