"""What can be set for `search`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section


class SearchSettings(Section):
    """The table [search] of `tangthu.toml`."""

    table: ClassVar[str] = "search"
