"""What can be wrong with evidence."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import ArchiveError


class EvidenceError(ArchiveError):
    """There is no evidence for this, or what was given is none."""

    reason_code: ClassVar[str] = "archive.evidence-none"
