"""What can be set for `search`: which engine, where it is, how to sign in."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from archive.settings import ArchiveSettings, Section


class SearchSettings(Section):
    """The table [search] of `tangthu.toml`. Times are seconds, lengths characters."""

    table: ClassVar[str] = "search"

    engine: Literal["sqlite", "elasticsearch"] = "sqlite"
    embedded: bool = True  # with elasticsearch: `tangthu up` starts a node of its own at that address
    sqlite_path: Path | None = None  # unset: search.db below the archive's data

    elasticsearch_url: str = "http://127.0.0.1:9200"
    elasticsearch_api_key: SecretStr = SecretStr("")  # wins over user and password
    elasticsearch_user: str = ""
    elasticsearch_password: SecretStr = SecretStr("")
    elasticsearch_ca: Path | None = None  # PEM of the authority that signed the cluster's certificate
    elasticsearch_replicas: int = Field(default=0, ge=0)  # 1 or more on a cluster
    request_timeout: float = Field(default=10.0, gt=0)
    index_prefix: str = Field(default="tangthu", pattern=r"^[a-z][a-z0-9_-]{0,60}$")

    node_home: Path | None = None  # an unpacked server; unset: `elasticsearch` in the tools cache
    node_public_home: Path = Path("/var/cache/tangthu/elasticsearch")
    """Where root keeps a copy of the server that the unprivileged account running it can read."""
    node_heap: str = Field(default="512m", pattern=r"^\d+[mg]$")

    max_text: int = Field(default=2_000_000, ge=1000)  # of one document; the rest is not searchable

    @property
    def database(self) -> Path:
        """Return the file of the embedded index."""
        return self.sqlite_path or ArchiveSettings.load().data / "search.db"

    @property
    def home(self) -> Path:
        """Return the folder of the unpacked Elasticsearch server; it may be absent."""
        return self.node_home or ArchiveSettings.load().tools_home / "elasticsearch"
