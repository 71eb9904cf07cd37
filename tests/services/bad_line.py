"""A line to a server that can be made bad: slow, cut off, lying, or with a full disk at its end. Real TCP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

FULL = b"<Error><Code>InsufficientStorage</Code><Message>no room</Message></Error>"


@dataclass
class BadLine:
    """Passes bytes on to a port of this machine. What it does to them may be changed at any time.

    Attributes:
        trouble: "" or one of
            cut-upload: closes once `after` bytes of one connection went to the server;
            cut-answer: closes once `after` bytes of one connection came back;
            slow-upload, slow-answer: some kilobytes a second;
            lies: the last byte of every large piece of an answer is another;
            full: answers every request with a body as a server without room does.
        after: bytes.
        at_cut: called when it cuts.
    """

    to_port: int
    trouble: str = ""
    after: int = 1 << 20
    at_cut: Callable[[], object] = field(default=lambda: None)
    _listener: socket.socket = field(init=False, repr=False)
    _open: list[socket.socket] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Hang up and listen no more."""
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.to_port), timeout=10)
                except OSError:
                    near.close()
                    continue
                self._open += [near, far]
                for source, target, up in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass, args=(source, target, up), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(65536):
                passed += len(data)
                if self.trouble == ("cut-upload" if up else "cut-answer") and passed > self.after:
                    self.at_cut()
                    break
                if up and self.trouble == "full" and data.startswith((b"PUT", b"POST")):
                    source.sendall(
                        b"HTTP/1.1 507 Insufficient Storage\r\nConnection: close\r\n"
                        b"Content-Length: %d\r\n\r\n%s" % (len(FULL), FULL)
                    )
                    break
                if self.trouble == "lies" and not up and len(data) > 8192:
                    data = data[:-1] + bytes([data[-1] ^ 1])
                if self.trouble == ("slow-upload" if up else "slow-answer"):
                    for at in range(0, len(data), 4096):
                        target.sendall(data[at : at + 4096])
                        time.sleep(0.05)
                else:
                    target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
