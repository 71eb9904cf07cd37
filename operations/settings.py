"""What can be set for `operations`: where the embedded parts live and listen."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from archive.settings import Section


class OperationsSettings(Section):
    """The table [operations] of `tangthu.toml`. All parts listen on this machine only."""

    table: ClassVar[str] = "operations"

    home: Path = Path("var")  # run files, logs, the instance's files
    host: str = "127.0.0.1"
    plone_port: int = Field(default=8080, ge=1, le=65535)
    simulator_port: int = Field(default=8091, ge=1, le=65535)
    elasticsearch_port: int = Field(default=9200, ge=1, le=65535)
    simulator_folder: Path | None = None  # set: an LGSP simulator serves it
    workers: int = Field(default=2, ge=1, le=64)
    # QCVN 12:2026/BCA wants backups covered by a destruction at the end of their life and names no days: our own term.
    backup_days: int = Field(default=35, ge=1, le=3660, description="days after which a backup is erased")
    start_seconds: int = Field(default=180, ge=5)  # a part must answer within

    @property
    def run(self) -> Path:
        """Return the folder of sockets and process ids."""
        return self.home / "run"
