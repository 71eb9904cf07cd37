"""When the originals of each package were last looked through for viruses, and what was found in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.register.base import Base


class PackageScan(Base):
    """The last scan of a package's originals; before the first rescan that of the intake, when it was made.

    Attributes:
        engine: scanner, version of its signatures and their date; "" for the scan of the intake.
        infected: [{"component_id", "sha256", "signature"}]; empty when nothing was found.
        untold: the same, where the scanner could not look inside.
    """

    __tablename__ = "package_scan"
    package_id: Mapped[str] = mapped_column(ForeignKey("package.id"), primary_key=True)
    scanned_at: Mapped[datetime] = mapped_column(index=True)
    engine: Mapped[str] = mapped_column(String(200), default="")
    infected: Mapped[list[Any]] = mapped_column(JSON)
    untold: Mapped[list[Any]] = mapped_column(JSON)
    found: Mapped[bool] = mapped_column(default=False, index=True)  # something is infected
