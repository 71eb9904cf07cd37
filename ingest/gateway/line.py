"""One HTTP line to the other side, whatever dialect is spoken on it: TLS, proxy, authentication, bounds, and errors.

Threat model: the other side may be down, slow, endless, lying about sizes, or not who it should be. Redirects are not
followed (they would carry secrets elsewhere), nothing from the environment or a netrc file is used, an answer is
bounded in bytes by whoever reads it and in time here, and its certificate is checked against the authorities the
settings name. Accepted: headers that trickle in are bounded per piece only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import requests
import urllib3.exceptions

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.authority import Authority, Call
from ingest.inbox_settings import Http

CHUNK = 1 << 18
SMALL = 16 << 20
"""Bytes of an answer that is no message: lists, acknowledgements."""


class Answer:
    """An answer whose body is read in pieces."""

    def __init__(self, response: requests.Response, operation: str, until: float) -> None:
        self._response = response
        self._operation = operation
        self._until = until

    @property
    def content_type(self) -> str:
        """Return the Content-Type as the other side gave it."""
        return self._response.headers.get("Content-Type", "")

    def chunks(self) -> Iterator[bytes]:
        """Yield the body as it comes; whole, or TemporaryError."""
        try:
            while chunk := self._response.raw.read1(CHUNK, decode_content=True):
                if time.monotonic() > self._until:
                    raise TemporaryError(f"{self._operation}: the answer takes too long (answer_seconds)")
                yield chunk
        except urllib3.exceptions.HTTPError as error:
            raise TemporaryError(f"{self._operation}: the answer broke off: {error}") from error

    def small(self) -> bytes:
        """Return the body.

        Raises:
            IngestError: more than `SMALL` bytes.
        """
        data = bytearray()
        for chunk in self.chunks():
            data += chunk
            if len(data) > SMALL:
                raise IngestError(f"{self._operation}: the other side answered more than {SMALL} bytes")
        return bytes(data)


class Line:
    """A line to one address. Close it when done; it keeps a connection."""

    def __init__(self, settings: Http) -> None:
        self.settings = settings
        self.url = settings.url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(settings.ca_file) if settings.ca_file else True
        if settings.proxy:
            self._session.proxies = {"http": settings.proxy, "https": settings.proxy}

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    @contextmanager
    def ask(self, call: Call, authority: Authority) -> Iterator[Answer]:
        """Ask once, and once more when the authority could renew what was refused; yield an answer that is 200.

        Raises:
            TemporaryError: no connection, 5xx, 429, or an answer that broke off.
            IngestError: anything else; the message names the setting to look at.
        """
        for attempt in (1, 2):
            with self._exchange(call, authority.headers(call)) as (response, answer):
                if response.status_code == 401 and attempt == 1 and authority.renewed():
                    continue
                self._judge(call, response.status_code)
                yield answer
                return

    @contextmanager
    def _exchange(self, call: Call, headers: Mapping[str, str]) -> Iterator[tuple[requests.Response, Answer]]:
        settings = self.settings
        try:
            with self._session.request(
                call.method,
                f"{self.url}{call.path}",
                params=dict(call.query),
                data=call.body,
                headers={"Accept-Encoding": "identity", **headers},
                timeout=(settings.connect_seconds, settings.read_seconds),
                stream=True,
                allow_redirects=False,
            ) as response:
                until = time.monotonic() + settings.answer_seconds
                yield response, Answer(response, call.path, until)
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise IngestError(
                    f"{settings.name}: the certificate of {self.url} is not trusted: {error}; "
                    "check ca_file of this inbox"
                ) from error
            raise TemporaryError(f"{settings.name}: no answer from {self.url}: {error}") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise TemporaryError(f"{settings.name}: no answer from {self.url}: {error}") from error
        except (requests.RequestException, OSError) as error:
            raise IngestError(
                f"{settings.name}: {error}; check url, proxy and ca_file of this inbox"
            ) from error

    def _judge(self, call: Call, status: int) -> None:
        said = f"{self.settings.name}: {call.path} was answered with {status}"
        if status >= 500 or status in (408, 425, 429):
            raise TemporaryError(f"{said}; tried again later")
        if status in (401, 403):
            raise IngestError(f"{said}: our credentials are not accepted; check auth of this inbox")
        if status != 200:
            raise IngestError(f"{said}; check url and paths of this inbox")
