"""Where copies lie: `<data>/giving/<id>/`, with `about.json` (`Giving`) and, once it is ready, `<OBJID>.zip`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from archive import note
from archive.errors import TemporaryError
from archive.reason import because, trouble
from archive.settings import ArchiveSettings
from archive.wiping import Wiped, wipe_folder
from exports.giving.giving import Giving


def home() -> Path:
    """Return the folder all copies are in; it need not exist."""
    return ArchiveSettings.load().data / "giving"


def folder(giving_id: str) -> Path:
    """Return a copy's own folder; the id must be one of ours."""
    return home() / giving_id


def zip_of(giving: Giving) -> Path:
    """Return where a copy's ZIP lies, once it is ready."""
    return folder(giving.id) / f"{giving.objid}.zip"


def write(giving: Giving) -> Giving:
    """Write what is known of a copy, and return it; its folder must exist.

    Raises:
        TemporaryError: the disk refuses.
    """
    note.write(folder(giving.id) / "about.json", giving)
    return giving


def read(giving_id: str) -> Giving | None:
    """Return what is known of a copy; None when there is none, or the id is none of ours."""
    try:
        known = str(UUID(giving_id)) == giving_id
    except ValueError:
        known = False
    return note.read(folder(giving_id) / "about.json", Giving) if known else None


def all_of_them() -> Iterator[Giving]:
    """Yield every copy, whosever it is."""
    for one in home().iterdir() if home().is_dir() else ():
        if (found := read(one.name)) is not None:
            yield found


def wipe(giving_id: str) -> Wiped:
    """Overwrite and remove a copy's folder; nothing when it is gone.

    Raises:
        TemporaryError: the disk does not answer; call again.
    """
    try:
        return wipe_folder(folder(giving_id))
    except OSError as error:
        where = str(folder(giving_id))
        raise TemporaryError(because("archive.cannot-write", place=where, trouble=trouble(error))) from error
