"""What can be set for `retention`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section


class RetentionSettings(Section):
    """The table [retention] of `tangthu.toml`."""

    table: ClassVar[str] = "retention"
