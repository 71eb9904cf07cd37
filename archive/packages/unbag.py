"""The plain TT 05/2025 package out of a stored bag: the same bytes, without the bag around them."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from archive.errors import TemporaryError
from archive.hashing import sha256_of
from archive.packages.container import CHUNK
from archive.packages.errors import UnreadableError
from archive.packages.facts import WrittenPackage
from archive.packages.tree import READ_ERRORS
from archive.reason import because, trouble


def unbag(source: BinaryIO, into: Path, *, folder: str = "") -> WrittenPackage:
    """Write the CSIP tree of a stored package as a ZIP of its own, whole or not at all.

    METS and checksums stay as they are, so the receiver can check them. TT 05/2025 asks for the package as a
    ZIP (Điều 3) and knows no bag.

    Args:
        source: the stored package.
        into: path of the ZIP to make.
        folder: name of its one top folder instead of the stored one. E-ARK validators want the OBJID itself
            (CSIP1), the circular the OBJID with ":" as "_"; no package can be both.

    Raises:
        UnreadableError: the source is not a bag with one package, or is damaged.
        TemporaryError: the place to write to is full or gone.
    """
    part = into.with_name(f".{into.name}.{uuid4().hex}.part")
    try:
        stored = zipfile.ZipFile(source)
    except READ_ERRORS as error:
        raise UnreadableError(f"not a readable ZIP: {error}") from error
    try:
        with part.open("x+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as plain:
                if not _copy(stored, plain, folder):
                    raise UnreadableError("the ZIP holds no data/ folder; it is not a stored package")
            raw.flush()
            os.fsync(raw.fileno())
            raw.seek(0)
            sha256 = sha256_of(raw)
            size = raw.tell()
        part.replace(into)
    except zipfile.BadZipFile as error:
        raise UnreadableError(f"the stored package is damaged: {error}") from error
    except OSError as error:
        raise TemporaryError(
            because("archive.cannot-write", place=str(into), trouble=trouble(error))
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return WrittenPackage(into, size, sha256)


def _copy(stored: zipfile.ZipFile, plain: zipfile.ZipFile, folder: str) -> int:
    count = 0
    for info in stored.filelist:
        _, _, path = info.filename.partition("/")
        if not path.startswith("data/"):
            continue
        name = path.removeprefix("data/")
        if folder:
            name = f"{folder}/{name.partition('/')[2]}"
        member = zipfile.ZipInfo(name, info.date_time)
        member.create_system, member.external_attr = info.create_system, info.external_attr
        member.file_size = info.file_size
        with stored.open(info) as source, plain.open(member, "w") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
        count += 1
    return count
