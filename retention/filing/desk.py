"""The desk a dossier is made on: a folder of its own that outlives whoever works at it, and is wiped at the end.

What lies there is written whole or not at all; a note is written last, so a dossier that was begun and is found without
its note is begun again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from archive import note
from archive.errors import TemporaryError
from archive.flushing import flush_folder
from archive.hashing import hashed_copy, sha256_of_file
from archive.reason import because, trouble
from archive.settings import ArchiveSettings
from archive.wiping import wipe_folder


class Stage(StrEnum):
    """How far it is, for whoever watches."""

    ASKED = "asked"
    PAPERS = "papers"
    PACKAGE = "package"
    COPIES = "copies"
    CLOSING = "closing"


@dataclass(frozen=True)
class Progress:
    """How far the work on a dossier is.

    Attributes:
        waiting: reasons as JSON (`archive.reason.as_text`), "" when nothing stands in the way.
    """

    stage: Stage
    at: datetime
    waiting: str = ""


@dataclass(frozen=True)
class Kept:
    """One file on the desk.

    Attributes:
        file: its name there.
        name: as it is called in the package.
    """

    file: str
    name: str
    media_type: str
    puid: str
    size: int
    sha256: str


class Desk:
    """The desk of one list; its folder comes to be with the first file."""

    def __init__(self, order_id: str) -> None:
        """Name the folder; nothing is made yet."""
        self.folder = desks() / order_id

    def __enter__(self) -> Desk:
        """Make the folder."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self.broken(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Leave everything as it lies: the next one goes on with it."""

    def put(self, file: str, data: bytes, *, name: str, media_type: str, puid: str) -> Kept:
        """Write a file down to the disk.

        Raises:
            TemporaryError: the disk is full or gone.
        """
        path = self.folder / file
        part = path.with_name(f"{file}.part")
        try:
            with part.open("wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
            flush_folder(self.folder)
            return self.measured(file, name=name, media_type=media_type, puid=puid)
        except OSError as error:
            raise self.broken(error) from error

    def copied(self, file: str, source: BinaryIO, *, name: str, media_type: str, puid: str) -> Kept:
        """Copy a stream down to the disk.

        Raises:
            TemporaryError: the disk is full or gone.
        """
        try:
            with (self.folder / file).open("wb") as out:
                hashed_copy(source, out)
            return self.flushed(file, name=name, media_type=media_type, puid=puid)
        except OSError as error:
            raise self.broken(error) from error

    def flushed(self, file: str, *, name: str, media_type: str, puid: str) -> Kept:
        """Bring a file somebody wrote here down to the disk, and return what is known of it.

        Raises:
            OSError: the disk does not take it.
        """
        with (self.folder / file).open("rb") as stream:
            os.fsync(stream.fileno())
        flush_folder(self.folder)
        return self.measured(file, name=name, media_type=media_type, puid=puid)

    def measured(self, file: str, *, name: str, media_type: str, puid: str) -> Kept:
        """Return what is known of a file that lies here."""
        path = self.folder / file
        return Kept(file, name, media_type, puid, path.stat().st_size, sha256_of_file(path))

    def say(self, stage: Stage, at: datetime, waiting: str = "") -> None:
        """Tell whoever watches how far it is."""
        note.write(self.folder / "progress.json", Progress(stage, at, waiting))

    def progress(self) -> Progress | None:
        """Return how far it is; None when nobody has begun."""
        return note.read(self.folder / "progress.json", Progress)

    def wipe(self) -> None:
        """Overwrite and remove everything; safe to call twice.

        Raises:
            TemporaryError: the disk does not answer; call again.
        """
        try:
            wipe_folder(self.folder)
        except OSError as error:
            raise self.broken(error) from error

    def broken(self, error: OSError) -> TemporaryError:
        """Return the error that the disk is in the way."""
        return TemporaryError(because("archive.cannot-write", place=str(self.folder), trouble=trouble(error)))


def desks() -> Path:
    """Return the folder all desks are in; it need not exist."""
    return ArchiveSettings.load().data / "filing"


def left() -> list[str]:
    """Return the orders that have a desk."""
    place = desks()
    return sorted(one.name for one in place.iterdir() if one.is_dir()) if place.is_dir() else []
