"""What can be set for `exports`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from archive.settings import Section


class ExportsSettings(Section):
    """The table [exports] of `tangthu.toml`.

    Attributes:
        inbox: the folder where the Historical Archive takes packages in and leaves its receipts.
    """

    table: ClassVar[str] = "exports"
    inbox: Path = Path("var/historical/inbox")
