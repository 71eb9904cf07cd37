"""What can be set for each way in: `[[ingest.inboxes]]` in `tangthu.toml`, one shape per `kind`, unknown keys refused.

Whatever differs from province to province is a key here: addresses, paths, header names, authentication, date
format, TLS, proxy, how often to ask, whose messages are taken. What the messages look like is the kind's module in
`ingest/gateway/`. No public text gives the paths behind a WSO2-style LGSP, so that kind has no default for them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from ingest.inbox_auth import HttpAuth, SftpAuth, Strict

MessageType = Literal["edoc", "status", "sip"]
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
Path_ = Annotated[str, Field(pattern=r"^/[^?#\s]*$")]
Name = Annotated[str, Field(pattern=r"^[^/\x00]+$")]


class Common(Strict):
    """What every way in has.

    Attributes:
        name: ours; remembered with each delivery, so that answers go back the way it came. Never rename one in use.
        organ: our own code on this way; `[ingest] organ` unless said.
        agencies: whose messages are taken, `*` for any run of characters; all when empty.
        poll_seconds: how often to ask; after a failure the wait doubles, to ten minutes.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    organ: str = ""
    agencies: tuple[str, ...] = ()
    poll_seconds: int = Field(default=30, ge=1)

    def serves(self, agency_code: str) -> bool:
        """Say whether this way in takes messages of that agency."""
        return not self.agencies or any(_matches(one, agency_code) for one in self.agencies)


def _matches(pattern: str, code: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), code) is not None


class Http(Common):
    """What every way in over HTTP has.

    Attributes:
        plain_http: an address that is neither https nor on this machine is refused unless this says that the line is
            private: messages and secrets would travel in clear.
        message_types: what to ask for; leave out what the other side does not know.
        ca_file: PEM of the authorities trusted for this address, instead of the system's.
        connect_seconds, read_seconds: to connect; between two pieces of an answer.
        answer_seconds: for one whole answer.
    """

    url: str
    auth: HttpAuth
    plain_http: bool = False
    message_types: tuple[MessageType, ...] = Field(default=("edoc", "status", "sip"), min_length=1)
    ca_file: Path | None = None
    proxy: str = ""
    connect_seconds: float = Field(default=10, gt=0)
    read_seconds: float = Field(default=30, gt=0)
    answer_seconds: float = Field(default=1800, gt=0)

    @model_validator(mode="after")
    def _address(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url: an http or https address is needed")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("url: no account, query or fragment; secrets belong in auth")
        if parts.scheme == "http" and parts.hostname not in LOCAL and not self.plain_http:
            raise ValueError("url: plain http is readable on the way; use https or say plain_http = true")
        return self


class VxpPaths(Strict):
    """Operations of the national axis, appended to its address."""

    list: Path_ = "/getReceivedEdocList"
    get: Path_ = "/getEdoc"
    download: Path_ = "/downloadEdoc"
    ack: Path_ = "/updateStatus"
    send: Path_ = "/sendEdoc"


class VxpInbox(Http):
    """The national axis (VXP): parameters travel in headers."""

    kind: Literal["vxp"]
    paths: VxpPaths = VxpPaths()
    header_prefix: str = Field(default="XroadVnpt-", min_length=1)


class ProvincialPaths(Strict):
    """Operations of the Lạng Sơn axis v2.2. `download` is ours (DERIVED); empty: a case file comes by `get` too."""

    list: Path_ = "/v1/syncReceivedEdocList"
    get: Path_ = "/v1/getEdoc"
    download: Path_ | Literal[""] = "/v1/downloadEdoc"
    ack: Path_ = "/v1/updateStatus"
    send: Path_ = "/v1/sendEdoc"


class Rest(Http):
    """What the REST-shaped ways in share: lists are asked for by date.

    Attributes:
        date_format: of `fromDate` and `toDate`, as strftime has it.
        days: how far back a list reaches; what is older must have been acknowledged by then.
    """

    date_format: str = Field(default="%Y/%m/%d", pattern="%")
    days: int = Field(default=30, ge=1)


class ProvincialInbox(Rest):
    """A provincial axis as in Lạng Sơn (guide v2.2): query parameters and JSON, a header pair."""

    kind: Literal["provincial"]
    paths: ProvincialPaths = ProvincialPaths()


class LgspPaths(Strict):
    """Operations behind a WSO2-style LGSP: `/<context>/<version>/<path>` as the province set them."""

    list: Path_
    get: Path_
    download: Path_ | Literal[""] = ""
    ack: Path_
    send: Path_


class LgspInbox(Rest):
    """A WSO2-style LGSP: a token for client credentials, then bearer."""

    kind: Literal["lgsp"]
    paths: LgspPaths


class Drop(Common):
    """Files left in a folder by one agency.

    Attributes:
        agencies: exactly one code: a file does not say who left it.
        ready: "stable": taken once size and time stayed the same for `settle_seconds`; "marker": taken once a file of
            the same name with `marker` behind it is there; "rename": whoever writes uses a temporary name (a dot in
            front, or one of `partial` behind) and renames.
        incoming: where offices leave files, below the folder; "" is the folder itself.
    """

    poll_seconds: int = Field(default=10, ge=1)
    ready: Literal["stable", "marker", "rename"] = "stable"
    settle_seconds: int = Field(default=15, ge=1)
    marker: str = Field(default=".done", pattern=r"^\.[^/\x00]+$")
    partial: tuple[str, ...] = (".part", ".tmp", ".filepart", ".crdownload")
    incoming: Name | Literal[""] = ""
    done: Name = "done"
    failed: Name = "failed"
    answers: Name = "answers"

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if len(self.agencies) != 1 or not self.agencies[0] or "*" in self.agencies[0]:
            raise ValueError("agencies: a folder belongs to exactly one agency; give its code")
        if len({self.incoming, self.done, self.failed, self.answers}) != 4:
            raise ValueError("incoming, done, failed and answers must be four different folders")
        if {self.incoming, self.done, self.failed, self.answers} & {".", ".."}:
            raise ValueError("incoming, done, failed and answers lie below the folder")
        return self

    @property
    def agency(self) -> str:
        """Return the code of whoever leaves files here."""
        return self.agencies[0]


class FolderInbox(Drop):
    """A folder on this machine, or mounted on it."""

    kind: Literal["folder"]
    path: Path


class SftpInbox(Drop):
    """A folder on an SFTP server.

    Attributes:
        host_key: the server's public key as in its `/etc/ssh/ssh_host_*.pub`: type and base64. Any other is refused.
        path: absolute, on the server.
    """

    kind: Literal["sftp"]
    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    host_key: str = Field(pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$")
    path: str = Field(pattern="^/")
    auth: SftpAuth
    connect_seconds: float = Field(default=10, gt=0)
    read_seconds: float = Field(default=30, gt=0)


class RestInbox(Common):
    """Our own REST service and the form in the portal: senders come to us.

    There is always one, for all agencies, unless `[[ingest.inboxes]]` lists some; then an agency none of them serves
    cannot send this way. Nobody is asked here: a turn takes in what came whole while we were interrupted.

    Attributes:
        upload_seconds: how long an upload is kept after its last piece.
        uploads, upload_bytes: what one agency may have open at once, counted by announced size.
        key_seconds: how long an Idempotency-Key means the same request.
    """

    kind: Literal["rest"] = "rest"
    name: str = Field(default="rest", pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    upload_seconds: int = Field(default=24 * 3600, ge=1)
    uploads: int = Field(default=100, ge=1)
    upload_bytes: int = Field(default=8 * 2**30, ge=1)
    key_seconds: int = Field(default=7 * 24 * 3600, ge=1)


InboxSettings = Annotated[
    VxpInbox | ProvincialInbox | LgspInbox | FolderInbox | SftpInbox | RestInbox, Field(discriminator="kind")
]
