"""What stops the judging of signatures as a whole; what is wrong with one signature is a verdict, never an error."""

from __future__ import annotations

from pathlib import Path

from archive.errors import SettingsError
from archive.reason import because
from ingest.errors import IngestError


class TrustListError(SettingsError):
    """A configured trust list is missing, unreadable, or has no root in it.

    Nobody may be judged with half of what the deployment said it trusts, so everything signed waits.

    Attributes:
        name: the list's name in the settings.
        path: the file or folder at fault.
    """

    def __init__(self, name: str, path: Path, trouble: str) -> None:
        super().__init__(because("ingest.trust-list", list=name, place=str(path), trouble=trouble))
        self.name = name
        self.path = path


class NoReportError(IngestError):
    """A package keeps no signature report that could be recomputed.

    Attributes:
        path: of the package.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(because("ingest.no-signature-report", place=str(path)))
        self.path = path
