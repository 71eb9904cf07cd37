"""A watched folder on this machine, or mounted on it.

Threat model: the folder is written by an office, or by whoever broke into it. Every folder below the root is opened
without following links and then worked in by its descriptor, so that nobody can make us move or write elsewhere; only
plain files are opened, and nothing is overwritten but answers. Accepted: a file may change while it is read; what was
read is what is judged, and its hash is ledgered.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from archive.errors import TemporaryError
from ingest.errors import IngestError
from ingest.gateway.place import MAX_FILES, Found

CHUNK = 1 << 18
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """The root and the folders below it. Implements `ingest.gateway.place.Place`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self, folder: str) -> list[Found]:
        """Return the plain files of a folder."""
        found = []
        with self._in(folder) as here, os.scandir(here) as entries:
            for entry in islice(entries, MAX_FILES):
                with suppress(FileNotFoundError):  # taken away meanwhile
                    about = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(about.st_mode):
                        found.append(Found(entry.name, about.st_size, about.st_mtime))
        return found

    @contextmanager
    def read(self, folder: str, name: str) -> Iterator[Iterator[bytes]]:
        """Open a plain file and give its bytes in pieces."""
        with self._in(folder) as here, os.fdopen(os.open(plain(name), _PLAIN, dir_fd=here), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise IngestError(f"{self.root / folder}: this name is not a plain file's (any more)")
            yield iter(lambda: stream.read(CHUNK), b"")

    def move(self, folder: str, name: str, to_folder: str, to_name: str) -> bool:
        """Move a file in one act; False when something of that name is there already."""
        with self._in(folder) as here, self._in(to_folder) as there:
            try:
                os.stat(plain(to_name), dir_fd=there, follow_symlinks=False)
            except FileNotFoundError:
                os.rename(plain(name), to_name, src_dir_fd=here, dst_dir_fd=there)
                return True
        return False

    def write(self, folder: str, name: str, data: bytes) -> None:
        """Write a small file in one act, replacing one of the same name."""
        self.make(folder)
        part = f".{plain(name)}.part"
        with self._in(folder) as here:
            with suppress(FileNotFoundError):
                os.unlink(part, dir_fd=here)
            with os.fdopen(os.open(part, _NEW, 0o644, dir_fd=here), "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, name, src_dir_fd=here, dst_dir_fd=here)

    def remove(self, folder: str, name: str) -> None:
        """Remove a file; nothing when it is not there."""
        with self._in(folder) as here, suppress(FileNotFoundError):
            os.unlink(plain(name), dir_fd=here)

    def make(self, folder: str) -> None:
        """Make a folder below the root."""
        with self._in("") as root, suppress(FileExistsError):
            os.mkdir(plain(folder), dir_fd=root)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    @contextmanager
    def _in(self, folder: str) -> Iterator[int]:
        """Yield the descriptor of a folder that is no link; what the disk refuses meanwhile is a TemporaryError."""
        opened: list[int] = []
        try:
            opened.append(os.open(self.root, _FOLDER))
            if folder:
                opened.append(os.open(plain(folder), _FOLDER | os.O_NOFOLLOW, dir_fd=opened[0]))
            yield opened[-1]
        except OSError as error:
            raise TemporaryError(
                f"{self.root / folder}: {error.strerror or error}; is it mounted, no link, and ours to read and write?"
            ) from error
        finally:
            for one in opened:
                os.close(one)


def plain(name: str) -> str:
    """Return a name that is one step below a folder.

    Raises:
        IngestError: it would lead elsewhere.
    """
    if not name or "/" in name or "\0" in name or name in (".", ".."):
        raise IngestError(f"{name!r}: no name of a file")
    return name
