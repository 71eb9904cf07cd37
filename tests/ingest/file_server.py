"""A real HTTP server on this machine that gives files, and misbehaves on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FileServer(ThreadingHTTPServer):
    """Serves `files` (path -> bytes); `moved` (path -> Location), `status` (path -> code) and `faults` win.

    Attributes:
        asked: paths that were asked for, in order, with the headers.
        faults: path -> "drip" (a byte now and then), "cut" (half of it), "endless" (no length, no end),
            "silent" (no answer at all).
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.moved: dict[str, str] = {}
        self.status: dict[str, int] = {}
        self.faults: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        server, path = self.server, self.path
        server.asked.append((path, dict(self.headers.items())))
        fault = server.faults.get(path, "")
        if fault == "silent":
            server.stopping.wait(30)
            return
        if path in server.moved:
            self.send_response(302)
            self.send_header("Location", server.moved[path])
            self.end_headers()
            return
        code = server.status.get(path, 200 if path in server.files or fault else 404)
        data = server.files.get(path, b"") if code == 200 else b""
        self.send_response(code)
        if fault != "endless":
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        try:
            self._send(data, fault)
        except OSError:
            return  # the other side had enough

    def _send(self, data: bytes, fault: str) -> None:
        if fault == "drip":
            for byte in data:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.stopping.wait(0.2):
                    return
        elif fault == "cut":
            self.wfile.write(data[: len(data) // 2])
        elif fault == "endless":
            end = time.monotonic() + 20
            while time.monotonic() < end and not self.server.stopping.is_set():
                self.wfile.write(bytes(65536))
        else:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def serving() -> Iterator[FileServer]:
    """Give a running server; it is gone afterwards."""
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
