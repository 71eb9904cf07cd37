"""What can be set for `operations`."""

from __future__ import annotations

from typing import ClassVar

from archive.settings import Section


class OperationsSettings(Section):
    """The table [operations] of `tangthu.toml`."""

    table: ClassVar[str] = "operations"
