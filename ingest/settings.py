"""What can be set for `ingest`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section


class IngestSettings(Section):
    """The table [ingest] of `tangthu.toml`."""

    table: ClassVar[str] = "ingest"
