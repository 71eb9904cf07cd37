"""One question over HTTP to an address a stranger named: where it leads is looked at, and it ends in its time.

The connected IP address is looked at before a byte is sent, so a name that leads into our network is of no use; no
proxy, cookie, password or header of ours goes with it; no redirect is followed here. Certificates are checked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from archive.errors import TangThuError, TemporaryError
from archive.reason import because
from ingest import our_disk
from ingest.addresses import Target, reachable

SILENCE = 60.0
"""Seconds without a byte after which the other side is not there."""
AGENT = "TangThu"
HEADERS = {"User-Agent": AGENT, "Accept-Encoding": "identity"}


class PrivateAddressError(TangThuError):
    """The name leads to an address of a private network, and nothing says that it may."""

    def __init__(self, host: str) -> None:
        super().__init__(because("ingest.private-network", host=host))


@contextmanager
def answer(
    target: Target,
    *,
    private: bool,
    seconds: float,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[http.client.HTTPResponse]:
    """Give the answer to a GET, or to a POST of `body`; after so many seconds the line is cut, however busy it is.

    Args:
        private: the address may lie in a private network, or be this machine.

    Raises:
        PrivateAddressError: it leads to one, and may not.
        TemporaryError: no connection, or it broke.
    """
    connection = _Connection(target, private, min(SILENCE, seconds))
    cut = threading.Timer(seconds, connection.cut)
    cut.daemon = True
    try:
        cut.start()
        method = "GET" if body is None else "POST"
        connection.request(method, target.path, body, headers={**HEADERS, **(headers or {})})
        yield connection.getresponse()
    except (http.client.HTTPException, OSError) as error:
        if our_disk.is_ours(error):
            raise
        raise TemporaryError(f"{target.host}: {type(error).__name__}; tried again later") from error
    finally:
        cut.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection that looks where it leads before it says anything, and that can be cut from outside."""

    def __init__(self, target: Target, private: bool, seconds: float) -> None:
        super().__init__(target.host.strip("[]"), target.port, timeout=seconds)
        self._target, self._private = target, private
        self._line: socket.socket | None = None
        self._is_cut = False

    def connect(self) -> None:
        """Connect.

        Raises:
            PrivateAddressError: it leads into a private network.
        """
        self.sock = socket.create_connection((self.host, self.port), self.timeout)
        if not reachable(self.sock.getpeername()[0], private=self._private):
            raise PrivateAddressError(self._target.host)
        if self._is_cut:  # looking up the name, or trying its addresses one after another, took all the time
            raise TimeoutError
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self._line = self.sock  # http.client lets go of its own once it has the answer's head

    def cut(self) -> None:
        """End it at once, whatever is being read."""
        self._is_cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
