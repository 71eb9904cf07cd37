"""What can go wrong when PDF/A is judged or printed."""

from __future__ import annotations

from typing import ClassVar

from archive.errors import ArchiveError, TemporaryError


class VeraPdfMissingError(TemporaryError):
    """veraPDF or Java is not there or does not start; nothing was judged, so nothing may be accepted."""

    reason_code: ClassVar[str] = "archive.verapdf-missing"


class NotPdfaError(ArchiveError):
    """A page of ours did not become PDF/A; it is not handed out.

    Attributes:
        failed: the rules it broke, as `clause-test: message`.
    """

    reason_code: ClassVar[str] = "archive.not-pdfa"

    def __init__(self, title: str, failed: tuple[str, ...]) -> None:
        super().__init__(f"{title}: printed, but not PDF/A: {'; '.join(failed) or 'veraPDF could not tell'}")
        self.failed = failed
