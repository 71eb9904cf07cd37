"""Which addresses a delivery's missing files may be fetched from: what the agency's agreement lists, nothing else.

Pure rules; `ingest.readers.fetcher` asks them before every request, `ingest.guarded_line` after every connection. A
listed place is scheme, host, port and the beginning of the path up to a slash. A path that could be read in two ways
(dot segments, encoded slashes, backslashes, an @ before the host) is on no list. Addresses of private networks are
reached only where the place says so: a listed name may be made to lead there by whoever owns it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PLAIN = re.compile(r"[\x21-\x7e]{1,2000}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


class Target(BaseModel):
    """An address taken apart; `path` is as sent, with the query."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    scheme: str
    host: str
    port: int
    path: str


class FetchPlace(BaseModel):
    """One place the files of one agency may be fetched from.

    Attributes:
        agency: code of the agency whose agreement lists it.
        prefix: `https://host[:port]/path/`; what lies below is allowed.
        private: the host may lie in a private network (10.x, 192.168.x, this machine ...).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    agency: str = Field(min_length=1)
    prefix: str = Field(min_length=1)
    private: bool = False

    @model_validator(mode="after")
    def _is_place(self) -> Self:
        target = taken_apart(self.prefix)
        if target is None or not target.path.endswith("/") or "?" in target.path:
            raise ValueError(f"{self.prefix}: not an address like https://host/path/ (ending in a slash)")
        return self

    def holds(self, target: Target) -> bool:
        """Return whether an address lies below this place."""
        own = taken_apart(self.prefix)
        return (
            own is not None
            and (own.scheme, own.host, own.port) == (target.scheme, target.host, target.port)
            and target.path.startswith(own.path)
        )


def taken_apart(url: str) -> Target | None:
    """Return an address's parts; None for one that is not plainly an HTTP address."""
    if not _PLAIN.fullmatch(url) or "\\" in url or "#" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or "@" in parts.netloc or not parts.netloc or port == 0:
        return None
    name = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.rstrip(":")
    host, path = name.lower(), parts.path or "/"
    if not _HOST.fullmatch(host) or not path.startswith("/") or _is_tricky(path):
        return None
    whole = f"{path}?{parts.query}" if parts.query else path
    return Target(scheme=parts.scheme, host=host, port=port or PORTS[parts.scheme], path=whole)


def _is_tricky(path: str) -> bool:
    """Return whether a path could mean another one to a server that decodes it, once or twice."""
    for _ in range(3):
        if "\\" in path or "//" in path or any(part in (".", "..") for part in path.split("/")):
            return True
        decoded = unquote(path)
        if decoded.count("/") != path.count("/"):
            return True
        if decoded == path:
            return False
        path = decoded
    return True


def place_of(url: str, places: Iterable[FetchPlace]) -> tuple[Target, FetchPlace] | None:
    """Return an address and the listed place it lies in; None when it may not be asked."""
    target = taken_apart(url)
    if target is None:
        return None
    found = [place for place in places if place.holds(target)]
    return (target, found[0]) if found else None


def may_reach(address: str, place: FetchPlace) -> bool:
    """Return whether a connection to this IP address is what the place means."""
    return reachable(address, private=place.private)


def reachable(address: str, *, private: bool) -> bool:
    """Return whether this IP address may be connected to: a public one, or, where that is said, a private one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local or _is_passage(ip):
        return False
    return private or ip.is_global


def _is_passage(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address stands for another one behind a gateway (6to4, Teredo, NAT64)."""
    if isinstance(ip, ipaddress.IPv4Address):
        return False
    return ip.sixtofour is not None or ip.teredo is not None or ip in _NAT64
