"""Archives inside the archive: how deep, how large, how many, and how much work it is to look.

Threat model: a ZIP of ZIPs of ZIPs is small as it comes and endless to look into. Each archive is held to the ratio and
size of the whole; what has to be unpacked to look further is counted over all of them together.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from archive.hashing import hashed_copy
from archive.reason import because
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.gateway.zip_directory import check_directory

RATIO_FLOOR = 8 << 20
"""Below this many unpacked bytes a high ratio is harmless (empty spreadsheets compress 1000 to 1)."""
CONTAINER_MARKS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"})
"""A ZIP with one of these is a document (docx, xlsx, odt ...), not an archive inside an archive."""
ZIP = b"PK\x03\x04"


class Nested:
    """Looks into the files of one delivery, each of which may be an archive."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._room = limits.package_bytes

    def look(self, path: Path, name: str) -> None:
        """Pass when a file is no archive, or one that is harmless.

        Raises:
            UnreadableDeliveryError: SIP_BOMB or SIP_NESTED.
        """
        with path.open("rb") as stream:
            if stream.read(4) == ZIP:
                self._look_into(stream, name, path.stat().st_size, depth=1)

    def _look_into(self, stream: IO[bytes], name: str, size: int, *, depth: int) -> None:
        limits = self._limits
        try:
            check_directory(stream, size, limits, name)
            with zipfile.ZipFile(stream) as inner:
                infos = inner.infolist()
                document = bool(CONTAINER_MARKS & {info.filename for info in infos})
                # A document inside a document is normal; an endless one (a ZIP holding itself) is not.
                if depth > limits.nesting + (3 if document else 0):
                    raise UnreadableDeliveryError(
                        "SIP_NESTED", name, because("ingest.nested", deep=limits.nesting)
                    )
                declared = sum(info.file_size for info in infos)
                if declared > limits.package_bytes or (
                    declared > RATIO_FLOOR and declared > limits.ratio * size
                ):
                    raise UnreadableDeliveryError(
                        "SIP_BOMB", name, because("ingest.bomb", bytes=declared, packed=size)
                    )
                for info in infos:
                    self._look_at(inner, info, name, depth)
        except UnreadableDeliveryError as error:
            if error.code == "SIP_TOO_MANY_FILES":
                raise UnreadableDeliveryError("SIP_BOMB", name, error.reason) from error
            if error.code != "SIP_ZIP_BROKEN":
                raise
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            return  # not an archive we can open: format identification will say what it is

    def _look_at(self, inner: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int) -> None:
        if info.is_dir() or info.flag_bits & 0x1 or info.file_size < 22:
            return
        with inner.open(info) as member:
            if member.read(4) != ZIP:
                return
        place = f"{name}!{info.filename}"
        with inner.open(info) as member, tempfile.TemporaryFile() as copy:
            copied = hashed_copy(member, copy, limit=self._room)
            self._room -= copied.size
            if self._room < 0:
                raise UnreadableDeliveryError(
                    "SIP_BOMB", place, because("ingest.archives-within", bytes=self._limits.package_bytes)
                )
            self._look_into(copy, place, copied.size, depth=depth + 1)
