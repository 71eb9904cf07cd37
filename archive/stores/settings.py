"""What can be set for each store: `[[archive.stores]]` in `tangthu.toml`, one shape per kind, unknown keys refused."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from archive.errors import SettingsError
from archive.private_file import private_text

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
MIB = 1 << 20


class _Common(BaseModel):
    """What every store has: a name, written into register and ledger with each copy; never rename one in use."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str


class FolderSettings(_Common):
    """A folder on a disk (`archive.stores.folder`)."""

    kind: Literal["folder"] = "folder"
    path: Path


class Keys(BaseModel):
    """An account of an S3 server; made when it is needed and shown nowhere.

    Attributes:
        token: for keys that are lent for some hours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    access_key: str = Field(min_length=1, repr=False)
    secret_key: str = Field(min_length=1, repr=False)
    token: str = Field(default="", repr=False)


class S3Settings(_Common):
    """A bucket of an S3 server (`archive.stores.s3`).

    Attributes:
        endpoint: the server's address. `http://` to another machine is refused unless `plain_http` says that the
            line is private.
        bucket: must exist; nothing here makes one.
        prefix: what every key begins with, such as `kho/`; several archives may share a bucket.
        access_key_env, secret_key_env: environment variables that hold the account; or
        credentials_file: a TOML file of mode 600 with `access_key`, `secret_key` and perhaps `token`.
        addressing: `path` (server/bucket/key) or `virtual` (bucket.server/key), as the server wants it.
        lock: nothing, or the retention every object is put with; the bucket must have object lock. A destruction by
            order cannot erase what is locked in `compliance` mode before its day; `governance` it lifts if it may.
        lock_days: how long, from the moment of putting.
        connect_seconds, read_seconds: to connect; between two pieces of an answer.
        slowest: bytes per second below which the server counts as one that does not answer.
        attempts: how often one request is sent at most.
        part: bytes of one piece of a larger upload; grows by itself above 10,000 pieces.
        parts_at_once: pieces sent at a time; memory is this times `part`.
        ca_file: PEM of the authorities trusted for this address, instead of the system's.
        proxy: nothing is taken from the environment.
    """

    kind: Literal["s3"]
    endpoint: str
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    prefix: str = Field(default="", pattern=r"^([^/.\\\x00][^/\\\x00]*/)*$", max_length=200)
    region: str = "us-east-1"
    access_key_env: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    secret_key_env: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    credentials_file: Path | None = None
    plain_http: bool = False
    addressing: Literal["path", "virtual"] = "path"
    lock: Literal["", "governance", "compliance"] = ""
    lock_days: int = Field(default=0, ge=0, le=36_500)
    connect_seconds: float = Field(default=5, gt=0)
    read_seconds: float = Field(default=60, gt=0)
    slowest: int = Field(default=100_000, ge=1)
    attempts: int = Field(default=3, ge=1, le=10)
    part: int = Field(default=16 * MIB, ge=5 * MIB, le=1024 * MIB)
    parts_at_once: int = Field(default=4, ge=1, le=16)
    ca_file: Path | None = None
    proxy: str = ""

    @model_validator(mode="after")
    def _address(self) -> Self:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("endpoint: an http or https address is needed")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "endpoint: no account, query or fragment; keys belong in a file or the environment"
            )
        if parts.scheme == "http" and parts.hostname not in LOCAL and not self.plain_http:
            raise ValueError(
                "endpoint: plain http is readable on the way; use https or say plain_http = true"
            )
        return self

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        named = bool(self.access_key_env), bool(self.secret_key_env)
        if any(named) == (self.credentials_file is not None) or len(set(named)) > 1:
            raise ValueError(
                "say where the account is: access_key_env and secret_key_env, or credentials_file"
            )
        return self

    @model_validator(mode="after")
    def _lock(self) -> Self:
        if bool(self.lock) != bool(self.lock_days):
            raise ValueError("lock and lock_days go together: how, and for how many days")
        return self

    def keys(self) -> Keys:
        """Return the account.

        Raises:
            SettingsError: it is not there, or others could read it; the message never holds a secret.
        """
        if self.credentials_file is None:
            found = [os.environ.get(name, "") for name in (self.access_key_env, self.secret_key_env)]
            if not all(found):
                missing = self.access_key_env if not found[0] else self.secret_key_env
                raise SettingsError(f"store {self.name}: the environment variable {missing} is not set")
            return Keys(access_key=found[0], secret_key=found[1])
        text = private_text(self.credentials_file)
        try:
            return Keys(**tomllib.loads(text))
        except (tomllib.TOMLDecodeError, TypeError, ValueError):
            # What was wrong with it would quote it.
            raise SettingsError(
                f'{self.credentials_file}: write access_key = "..." and secret_key = "...", nothing else but token'
            ) from None


def _kind(value: Any) -> str:
    found = value.get("kind", "folder") if isinstance(value, dict) else getattr(value, "kind", "")
    return str(found)


StoreSettings = Annotated[
    Annotated[FolderSettings, Tag("folder")] | Annotated[S3Settings, Tag("s3")],
    Discriminator(
        _kind,
        custom_error_type="store_kind",
        custom_error_message="the kind of a store is folder or s3",
    ),
]
"""One store, by its `kind`; a folder when nothing is said."""
