"""Where one file lies inside a stored package, found from the ZIP's central directory alone."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

from archive.errors import DamagedError, NotFoundError

LOCAL_HEADER = struct.Struct("<4s5H3L2H")


def member_range(source: BinaryIO, path: str) -> tuple[int, int]:
    """Return (offset, length) of a file's bytes inside the ZIP.

    Args:
        source: the package, seekable.
        path: relative to the OBJID folder, e.g. `representations/original/data/0001/a.pdf`.

    Raises:
        DamagedError: no readable ZIP, or the file is not stored plainly (packages hold no compressed member).
        NotFoundError: the package has no such file.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            info = next((i for i in archive.infolist() if _below_objid(i.filename) == path), None)
        if info is None:
            raise NotFoundError(f"the package has no {path}")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
            raise DamagedError(path, "it is compressed or encrypted inside the package")
        source.seek(info.header_offset)
        fields = LOCAL_HEADER.unpack(source.read(LOCAL_HEADER.size))
    except (zipfile.BadZipFile, struct.error, EOFError, ValueError) as error:
        raise DamagedError(path, f"the package cannot be read: {error}") from error
    if fields[0] != b"PK\3\4":
        raise DamagedError(path, "the package's directory points to something else")
    return info.header_offset + LOCAL_HEADER.size + fields[9] + fields[10], info.file_size


def _below_objid(name: str) -> str:
    """Return the path below `<bag>/data/<OBJID>/` (or `data/<OBJID>/`), "" when it is not below that."""
    parts = name.split("/")
    for depth in (0, 1):
        if len(parts) > depth + 2 and parts[depth] == "data":
            return "/".join(parts[depth + 2 :])
    return ""
