"""Names inside an archive or a folder that a stranger made: safe ones only, and each of them once.

Threat model: paths that climb out or are absolute, names that are one on another disk (letter case, Unicode form), a
name that is a file and a folder, names too long to store. Nothing is ever written under such a name; it is refused
all the same, because it would come back in the package that is kept.
"""

from __future__ import annotations

import unicodedata

from archive.reason import Reason, because
from ingest.errors import UnreadableDeliveryError

SHOWN = 80  # characters of a refused name that a message repeats


def folded(name: str) -> str:
    """Return what two names share that some disk takes for one."""
    return unicodedata.normalize("NFC", name).casefold()


class Names:
    """The names taken so far in one archive."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._seen: dict[str, str] = {}

    def take(self, name: str) -> None:
        """Take a name; a folder's ends in a slash.

        Raises:
            UnreadableDeliveryError: SIP_UNSAFE_NAME or SIP_NAME_CLASH.
        """
        if fault := fault_in(name, self._longest):
            raise UnreadableDeliveryError("SIP_UNSAFE_NAME", name[:SHOWN], fault)
        key = folded(name.rstrip("/"))
        if key in self._seen:
            raise UnreadableDeliveryError(
                "SIP_NAME_CLASH", name, because("ingest.same-name", other=self._seen[key])
            )
        self._seen[key] = name

    def settle(self) -> None:
        """Pass when no name is both a file and a folder; asked once all names are taken.

        Raises:
            UnreadableDeliveryError: SIP_NAME_CLASH.
        """
        for key, name in self._seen.items():
            parts = key.split("/")
            for count in range(1, len(parts)):
                above = self._seen.get("/".join(parts[:count]), "/")
                if not above.endswith("/"):
                    both = because("ingest.file-and-folder", name=above)
                    raise UnreadableDeliveryError("SIP_NAME_CLASH", name, both)


def fault_in(name: str, longest: int) -> Reason | None:
    """Say why a name must not be taken; None when it may."""
    if len(name) > longest:
        return because("ingest.name-too-long", length=len(name), longest=longest)
    if "\\" in name or any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        return because("ingest.name-control")
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or any(part in ("", ".", "..") for part in parts) or ":" in parts[0][1:2]:
        return because("ingest.name-leaves")
    return None
