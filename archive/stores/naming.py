"""Which names a store takes: keys with "/" that no file system and no object store changes, and none of its own."""

from __future__ import annotations

from functools import lru_cache

from archive.errors import ArchiveError

QUARANTINE = ".quarantine"
"""Below this a store keeps what was found damaged."""


class BadNameError(ArchiveError):
    """A name that could leave the store, or that not every kind of store keeps unchanged.

    Attributes:
        name: the refused name.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"store name {name!r} is refused: {why}")
        self.name = name


@lru_cache(maxsize=256)  # one object is asked for by its name many times in a row
def checked(name: str) -> str:
    """Return the name when it is fit for a store.

    Parts beginning with a dot are the store's own (temporary files, quarantine) and therefore refused.

    Raises:
        BadNameError: absolute, empty part, dot part, NUL, backslash, or a part over 255 bytes.
    """
    if not name or name.startswith("/"):
        raise BadNameError(name, "it is empty or absolute")
    if "\0" in name or "\\" in name:
        raise BadNameError(name, "it holds a NUL or a backslash")
    for part in name.split("/"):
        if not part or part.startswith("."):
            raise BadNameError(name, f"part {part!r} is empty or begins with a dot")
        if len(part.encode()) > 255:
            raise BadNameError(name, "a part is longer than 255 bytes")
    return name
