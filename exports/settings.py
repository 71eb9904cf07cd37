"""What can be set for `exports`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from archive.settings import Section


class ExportsSettings(Section):
    """The table [exports] of `tangthu.toml`.

    Attributes:
        inbox: the folder where the Historical Archive takes packages in and leaves its receipts.
        dip_days: how long a copy (DIP) somebody asked for can be fetched. 15 days is what one digest of TT
            05/2025/TT-BNV Chương VI gives a copy that may be downloaded; not checked against the signed text.
        dip_at_once_bytes: up to so many bytes of files a copy is prepared while the person waits, a larger one by a
            worker. Our own limit.
    """

    table: ClassVar[str] = "exports"
    inbox: Path = Path("var/historical/inbox")
    dip_days: int = Field(default=15, ge=1, le=365)
    dip_at_once_bytes: int = Field(default=16 << 20, ge=0)
