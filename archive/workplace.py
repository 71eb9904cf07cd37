"""The vault's own work folder, beside the register: what is written there first, before the stores take it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import TemporaryError
from archive.plain_paths import listed
from archive.settings import ArchiveSettings
from archive.wiping import wipe_folder

REPAIR = "repair"
"""Work on a package: a copy is replaced."""
DESCRIBING = "describing"
"""Work on a case file: it is described anew."""
MIGRATING = "migrating"
"""Work on a case file: its derivatives are made anew."""
ADDING = "adding"
"""Work on a case file: a document of another one is added."""


def workplace() -> Path:
    """Return the work folder; it need not exist."""
    return ArchiveSettings.load().data / "work"


def prefix_of(work: str, name: str) -> str:
    """Return how folders of some work on something begin, so that an erasure finds what a killed process left.

    Args:
        work: `REPAIR`, `DESCRIBING`, `MIGRATING` or `ADDING`.
        name: of the package, or the id of the case file.
    """
    return f"{work}-{hashlib.sha256(name.encode()).hexdigest()[:16]}-"


def clear(*works: tuple[str, str], place: Path | None = None) -> None:
    """Overwrite and remove what killed processes left in the work folder.

    Args:
        works: which work, and on what, as `prefix_of` takes them.
        place: the work folder, for whoever asks often and has looked it up.

    Raises:
        OSError: a file could not be overwritten; call again.
    """
    place = place or workplace()
    if names := listed(place):
        prefixes = tuple(prefix_of(*one) for one in works)
        for name in names:
            if name.startswith(prefixes):
                wipe_folder(place / name)


@contextmanager
def at_work(prefix: str) -> Iterator[Path]:
    """Give a folder of its own below the work folder, and remove it afterwards with all that is in it.

    Args:
        prefix: how its name begins, so that what a killed process left can be found.

    Raises:
        TemporaryError: the disk is full or broken, also while the caller writes there.
    """
    try:
        workplace().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=workplace()) as folder:
            yield Path(folder)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise TemporaryError(
            f"the work folder {workplace()} cannot be used: {why}; free space, then try again"
        ) from error
