"""Settings: one file `tangthu.toml`, one frozen object per folder, unknown keys refused.

Each folder declares a `Section` and names it in the entry-point group `tangthu.settings`; the entry
point's name is the table in the file. `TANGTHU_<TABLE>__<KEY>` in the environment wins over the file.
The file is the one `TANGTHU_CONFIG` names, else `tangthu.toml` in the current folder, else `var/tangthu.toml`, which
`make run` writes; it may be absent.
"""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as EnvironmentValueError

from archive.errors import SettingsError
from archive.stores.settings import FolderSettings, StoreSettings

GROUP = "tangthu.settings"


def config_path() -> Path:
    """Return the settings file in use; it need not exist."""
    if named := os.environ.get("TANGTHU_CONFIG"):
        return Path(named)
    own, embedded = Path("tangthu.toml"), Path("var") / "tangthu.toml"
    return embedded if embedded.exists() and not own.exists() else own


Version = tuple[int, ...]
"""What changes when a file does: device, inode, size, time; empty when there is no file."""


def _version(path: Path) -> Version:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=8)
def _tables(path: Path, version: Version) -> dict[str, Any]:
    if not version:
        return {}
    with path.open("rb") as stream:
        try:
            tables = tomllib.load(stream)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: not TOML: {error}. Mend the line it names.") from error
    known = {point.name for point in entry_points(group=GROUP)}
    unknown = sorted(set(tables) - known)
    if unknown:
        raise SettingsError(f"{path}: unknown table [{unknown[0]}]; known tables: {', '.join(sorted(known))}")
    return tables


class Section(BaseSettings):
    """A folder's settings. Subclasses set `table` and fields with defaults that work embedded."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_nested_delimiter="__")
    table: ClassVar[str]

    @classmethod
    def load(cls) -> Self:
        """Return the section as the file and the environment say now.

        Cheap to call often: what neither has changed is not read again.

        Raises:
            SettingsError: an unknown key, or a value of the wrong kind; the message names the key.
        """
        prefix = f"TANGTHU_{cls.table}__".upper()
        told = tuple((name, os.environ[name]) for name in os.environ if name.upper().startswith(prefix))
        path = config_path()
        section: Self = _section(cls, path, _version(path), prefix, told)
        return section

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        return env_settings, init_settings


@lru_cache(maxsize=64)
def _section(
    kind: type[Section], path: Path, version: Version, prefix: str, told: tuple[tuple[str, str], ...]
) -> Any:
    """Return a section; `told` is what the environment says of it, which pydantic reads by itself."""
    for name, _ in told:
        if name.startswith(prefix) and name[len(prefix) :].split("__")[0].lower() not in kind.model_fields:
            raise SettingsError(f"environment variable {name}: no such key in [{kind.table}]")
    try:
        return kind(_env_prefix=prefix, **_tables(path, version).get(kind.table, {}))
    except EnvironmentValueError as error:
        raise SettingsError(f"[{kind.table}] in the environment: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"[{kind.table}] {key}: {first['msg']} ({path})") from error


class ArchiveSettings(Section):
    """Where the vault keeps things. Paths are relative to the current folder unless absolute."""

    table: ClassVar[str] = "archive"
    data: Path = Path("var/archive")
    register_url: str = ""
    broker_url: str = ""
    stores: tuple[StoreSettings, ...] = ()
    copies_required: int = Field(default=3, ge=1)
    seal_after: int = Field(default=500, ge=1, description="events in one sealed segment at most")
    # TT 02/2019/TT-BNV Điều 9 has the database inspected once a year, TT 05/2025 within three. Half the stricter term
    # is our own choice: a store that was away for months is still read within its year.
    fixity_period_days: int = Field(default=180, ge=1, le=1096, description="each copy is read once within")
    fixity_mb_per_second: int = Field(
        default=200, ge=1, description="read from one store, on average, at most"
    )
    fixity_readers: int = Field(default=4, ge=1, le=64, description="copies read at the same time")
    media_destroy_days: int = Field(
        default=90,
        ge=1,
        description="days in which media with a destroyed record are destroyed too (our own term)",
    )
    tools: Path = Path("~/.cache/tangthu")
    tsa_url: str = Field(
        default="", description="a time-stamping authority (RFC 3161 over HTTP); none embedded"
    )
    tsa_user: str = ""
    tsa_password: SecretStr = SecretStr("")
    tsa_roots: Path | None = Field(
        default=None, description="PEM file or folder: who is trusted to vouch for it"
    )
    tsa_policy: str = Field(
        default="", pattern=r"^([0-2](\.\d+)+)?$", description="policy its stamps must name"
    )
    tsa_timeout: float = Field(default=10, gt=0, le=120, description="seconds for one stamp")
    tsa_renew_days: int = Field(
        default=180, ge=1, description="days before its certificate expires at which a stamp is renewed"
    )

    evidence_hash: Literal["sha256", "sha384", "sha512"] = Field(
        default="sha256",
        description="of new evidence; a stronger one has every package read and its evidence renewed with it",
    )

    @model_validator(mode="after")
    def _somebody_vouches(self) -> Self:
        """Refuse an authority without roots: nobody is trusted by default, so none of its stamps could be taken."""
        if self.tsa_url and not self.tsa_url.startswith(("http://", "https://")):
            raise ValueError("tsa_url must begin with http:// or https://")
        if self.tsa_user and urlsplit(self.tsa_url).scheme == "http" and not self._is_here:
            raise ValueError(
                "tsa_user needs an https:// tsa_url: a password never goes over a line anybody can read"
            )
        if self.tsa_url and self.tsa_roots is None:
            raise ValueError("tsa_url needs tsa_roots: the certificates that vouch for the authority")
        return self

    @property
    def _is_here(self) -> bool:
        return urlsplit(self.tsa_url).hostname in ("127.0.0.1", "::1", "localhost")

    @property
    def tsa_where(self) -> str:
        """Return the authority's address as people may read it: without a password or a query in it."""
        parts = urlsplit(self.tsa_url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"

    @model_validator(mode="after")
    def _one_store_a_name(self) -> Self:
        names = [store.name for store in self.stores]
        if len(set(names)) < len(names):
            raise ValueError("stores: two stores have one name; each copy is known by its store's name")
        return self

    @property
    def database(self) -> str:
        """Return the register's SQLAlchemy address (SQLite below `data` unless set)."""
        return self.register_url or f"sqlite:///{(self.data / 'register.db').resolve()}"

    @property
    def broker(self) -> str:
        """Return the queue's address (a Valkey socket below `data` unless set)."""
        return (
            self.broker_url
            or f"redis+socket://{(self.data.parent / 'run' / 'valkey.sock').resolve()}?virtual_host=0"
        )

    @property
    def tools_home(self) -> Path:
        """Return where set-up put veraPDF, the XML schemas and (if fetched) Elasticsearch; outside the tree."""
        return self.tools.expanduser()

    @property
    def all_stores(self) -> tuple[StoreSettings, ...]:
        """Return the stores, three folders below `data` unless named."""
        if self.stores:
            return self.stores
        return tuple(
            FolderSettings(name=n, path=self.data / "stores" / n) for n in ("kho-a", "kho-b", "kho-c")
        )
