"""What can be set for `exports`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section


class ExportsSettings(Section):
    """The table [exports] of `tangthu.toml`."""

    table: ClassVar[str] = "exports"
