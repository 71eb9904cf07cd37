"""How a way in is unlocked: the kinds of `auth` an inbox may have, and where their secrets are.

A secret is never a key of `tangthu.toml`: it is in an environment variable (`secret_env`) or in a file of its own that
only its owner can read (`secret_file`, mode 600). Anything else is refused when the inbox is opened.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archive.errors import SettingsError
from archive.private_file import private_text


class Strict(BaseModel):
    """A table whose unknown keys are refused and that never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _WithSecret(Strict):
    secret_env: str = Field(default="", pattern=r"^[A-Za-z0-9_]*$")
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.secret_env) == (self.secret_file is not None):
            raise ValueError("say where the secret is: either secret_env or secret_file")
        return self

    def secret(self) -> str:
        """Return the secret.

        Raises:
            SettingsError: it is not there, empty, or others could read it.
        """
        if self.secret_file is not None:
            return private_text(self.secret_file)
        found = os.environ.get(self.secret_env, "")
        if not found:
            raise SettingsError(f"the environment variable {self.secret_env} is not set; it holds a secret")
        return found


class HmacAuth(_WithSecret):
    """Headers signed with HMAC-SHA256, as the national axis wants them (`ingest.gateway.signing`)."""

    kind: Literal["hmac"]
    system_id: str = Field(min_length=1)


class HeaderPairAuth(_WithSecret):
    """A system id and a secret in two headers, the same in every request."""

    kind: Literal["header-pair"]
    system_id: str = Field(min_length=1)
    id_header: str = Field(default="X-SystemId", min_length=1)
    secret_header: str = Field(default="X-SecretKey", min_length=1)


class ClientCredentialsAuth(_WithSecret):
    """OAuth 2 client credentials: a token is asked for, used as bearer, and renewed (RFC 6749 section 4.4)."""

    kind: Literal["client-credentials"]
    client_id: str = Field(min_length=1)
    token_path: str = Field(default="/token", pattern="^/")
    credentials_in: Literal["form", "basic"] = "form"
    scope: str = ""


class NoAuth(Strict):
    """Nothing: the line itself is trusted, e.g. a gateway on this machine."""

    kind: Literal["none"]


class KeyAuth(Strict):
    """SFTP: a private key in a file that only its owner can read; without a passphrase."""

    kind: Literal["key"]
    user: str = Field(min_length=1)
    key_file: Path


class PasswordAuth(_WithSecret):
    """SFTP: an account and its password."""

    kind: Literal["password"]
    user: str = Field(min_length=1)


HttpAuth = Annotated[HmacAuth | HeaderPairAuth | ClientCredentialsAuth | NoAuth, Field(discriminator="kind")]
SftpAuth = Annotated[KeyAuth | PasswordAuth, Field(discriminator="kind")]
