"""The shelf of paper files: each under the SHA-256 of its bytes, until a dossier has it in every store.

Threat model: whoever may take a step may give a file, so it is hostile. It is copied with a limit, looked at before it
is on the shelf, never executed and never shown from here. Names are hashes, so none of it becomes a path.
"""

from __future__ import annotations

import fcntl
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from archive import note
from archive.errors import TemporaryError
from archive.flushing import flush_changed, flush_folder
from archive.hashing import hashed_copy
from archive.naming import safe_name
from archive.paper_files.inspecting import Inspector, Looked, PaperFileError, inspector
from archive.reason import because, trouble
from archive.settings import ArchiveSettings
from archive.wiping import wipe_folder

MOST = 50 * 1024 * 1024
"""Bytes of one file at most; our own limit."""
INCOMING = ".incoming-"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class About:
    """What is noted beside a file.

    Attributes:
        name: as it was called at its giver's, made safe.
        by: account of who gave it.
    """

    name: str
    size: int
    by: str
    at: datetime
    looked: Looked


@dataclass(frozen=True)
class Waiting:
    """A file on the shelf."""

    sha256: str
    path: Path
    about: About


def put(
    source: BinaryIO,
    name: str,
    *,
    by: str,
    now: datetime,
    looks: Inspector | None = None,
    may: Callable[[], None] | None = None,
) -> Waiting:
    """Look at a file, lay it on the shelf and return it; the same bytes again are there once, and wait anew.

    Args:
        source: read from where it stands.
        name: as its giver calls it.
        by: account.
        now: aware time.
        looks: who looks at it; the one installed if None.
        may: raises when this person may lay no other file here; asked of bytes that are not here yet, before they are
            looked at and again right before they are laid, while nobody else lays any.

    Raises:
        PaperFileError: it is too large, no PDF, infected, encrypted or holds a program; nothing is kept.
        TemporaryError: a tool or the disk is not there.
    """
    used = looks or inspector()
    folder = home() / f"{INCOMING}{uuid4().hex}"
    try:
        folder.mkdir(parents=True)
        path = folder / "file"
        with path.open("wb") as out:
            copied = hashed_copy(source, out, limit=MOST)
        if copied.size > MOST:
            raise PaperFileError(because("archive.paper-too-large", most=MOST // (1024 * 1024)))
        if (known := find(copied.sha256)) is not None:
            return _anew(known, now)
        asked = may or _nobody_objects
        asked()
        looked = used.look(path, safe_name(name))
        note.write(folder / "about.json", About(safe_name(name), copied.size, by, now, looked))
        flush_changed(folder, since=0)
        with _laying():
            if (known := find(copied.sha256)) is not None:  # somebody was faster
                return _anew(known, now)
            asked()
            shutil.rmtree(home() / copied.sha256, ignore_errors=True)  # half a file of a disk that broke
            folder.rename(home() / copied.sha256)
            flush_folder(home())
    except OSError as error:
        raise _broken(error) from error
    finally:
        _wipe(folder)
    found = find(copied.sha256)
    if found is None:
        raise TemporaryError(because("archive.paper-file-missing", sha256=copied.sha256))
    return found


def find(sha256: str) -> Waiting | None:
    """Return the file of that hash; None when it is not on the shelf. Its bytes are not hashed again here."""
    if not _HASH.fullmatch(sha256):
        return None
    folder = home() / sha256
    about = note.read(folder / "about.json", About)
    path = folder / "file"
    return Waiting(sha256, path, about) if about is not None and path.is_file() else None


def waiting() -> Iterator[Waiting]:
    """Yield every file on the shelf."""
    place = home()
    for one in sorted(place.iterdir()) if place.is_dir() else ():
        if (found := find(one.name)) is not None:
            yield found


def drop(sha256: str) -> None:
    """Overwrite a file and take it off the shelf; safe to call twice.

    Raises:
        TemporaryError: the disk does not answer.
    """
    if _HASH.fullmatch(sha256):
        _wipe(home() / sha256)


def tidy(*, before: datetime) -> int:
    """Overwrite what a killed `put` left behind before a time; return how many there were."""
    left = [
        one
        for one in home().glob(f"{INCOMING}*")
        if one.is_dir() and one.stat().st_mtime < before.timestamp()
    ]
    for one in left:
        _wipe(one)
    return len(left)


def home() -> Path:
    """Return the shelf's folder; it need not exist."""
    return ArchiveSettings.load().data / "paper-files"


def _anew(known: Waiting, now: datetime) -> Waiting:
    """Have a file wait anew for its step; else it could be swept before the step that it is given for now."""
    about = replace(known.about, at=max(known.about.at, now))
    note.write(known.path.parent / "about.json", about)
    return replace(known, about=about)


def _nobody_objects() -> None: ...


@contextmanager
def _laying() -> Iterator[None]:
    """Be the only one who lays a file; others wait, in this process and in any other of the machine."""
    folder = ArchiveSettings.load().data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "paper-files").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _wipe(folder: Path) -> None:
    try:
        wipe_folder(folder)
    except OSError as error:
        raise _broken(error) from error


def _broken(error: OSError) -> TemporaryError:
    return TemporaryError(because("archive.cannot-write", place=str(home()), trouble=trouble(error)))
