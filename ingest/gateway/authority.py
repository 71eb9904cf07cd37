"""By which authority we ask: what each kind of `auth` adds to the headers of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingest.errors import IngestError
from ingest.gateway.signing import PREFIX, sign
from ingest.inbox_auth import HeaderPairAuth, HmacAuth


@dataclass(frozen=True)
class Call:
    """One request: what is asked, where.

    Attributes:
        path: appended to the address of the inbox.
        parameters: those that travel in headers (VXP); signed where the authority signs.
        query: those that travel in the address.
    """

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = "application/json"


class Authority(Protocol):
    """Who we say we are."""

    def headers(self, call: Call) -> dict[str, str]:
        """Return all headers of the request, its parameters among them."""
        ...

    def renewed(self) -> bool:
        """After a 401: say whether asking again with fresh headers makes sense."""
        ...


@dataclass(frozen=True)
class Plain:
    """Parameters as headers and nothing else; also the common part of the others."""

    prefix: str = PREFIX
    more: Mapping[str, str] = field(default_factory=dict)

    def headers(self, call: Call) -> dict[str, str]:
        """Return the parameters, each with the prefix, and the fixed headers."""
        told = {f"{self.prefix}{name}": value for name, value in call.parameters.items()}
        return {**_travelling(told), **self.more, "Content-Type": call.content_type}

    def renewed(self) -> bool:
        """Return False: nothing could be different the second time."""
        return False


def header_pair(auth: HeaderPairAuth, *, prefix: str = PREFIX) -> Plain:
    """Return the authority of a system id and a secret in two headers."""
    return Plain(prefix, _travelling({auth.id_header: auth.system_id, auth.secret_header: auth.secret()}))


class Signed:
    """The national axis: every parameter is a header, all of them signed."""

    def __init__(self, auth: HmacAuth, *, clock: Callable[[], datetime], prefix: str = PREFIX) -> None:
        self._auth = auth
        self._secret = auth.secret()
        self._clock = clock
        self._prefix = prefix

    def headers(self, call: Call) -> dict[str, str]:
        """Return the parameters and their signature of this moment."""
        return sign(
            call.parameters,
            system_id=self._auth.system_id,
            secret=self._secret,
            content_type=call.content_type,
            now=self._clock(),
            prefix=self._prefix,
        )

    def renewed(self) -> bool:
        """Return False: the same secret would sign again."""
        return False


def _travelling(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise IngestError(f"{name}: this value cannot travel in a header; it must be plain ASCII")
    return dict(headers)
