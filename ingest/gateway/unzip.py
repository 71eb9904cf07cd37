"""Unpack a ZIP that a stranger made.

Threat model: paths that climb out or are absolute, links, two names that are one on another disk (letter
case, Unicode form), names too long to store, bombs (ratio, count, sum, nested archives, overlapping
members), encrypted or truncated archives, sizes that lie. Members are written under names of ours
(`0001`, `0002` ...), so no name of the sender ever becomes a path. Accepted risk: the caps are generous
enough for a real case file, so a hostile sender can make us write that much to quarantine.
"""

from __future__ import annotations

import errno
import shutil
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from archive.errors import TemporaryError
from archive.hashing import hashed_copy
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits

CHUNK = 1 << 20
OUR_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
"""Errors that are our disk's and no fault of the archive's maker."""
RATIO_FLOOR = 8 << 20
"""Below this many unpacked bytes a high ratio is harmless (empty spreadsheets compress 1000 to 1)."""

CONTAINER_MARKS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"})
"""A ZIP with one of these is a document (docx, xlsx, odt ...), not an archive inside an archive."""


@dataclass(frozen=True)
class Unpacked:
    """One member on our disk.

    Attributes:
        name: its path in the archive, as sent.
        sha256: lower-case hex.
    """

    name: str
    path: Path
    size: int
    sha256: str


def unpack(archive: Path, into: Path, limits: Limits) -> list[Unpacked]:
    """Write every file of the archive below `into` and return them in archive order.

    Raises:
        UnreadableDeliveryError: the archive is broken or breaks a cap; codes SIP_ZIP_BROKEN,
            SIP_ENCRYPTED, SIP_UNSAFE_NAME, SIP_NAME_CLASH, SIP_TOO_MANY_FILES, SIP_TOO_LARGE,
            SIP_BOMB, SIP_NESTED.
        TemporaryError: our disk is full or broken.
    """
    check_directory_size(archive, limits)
    into.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive, limits)
            found = []
            total = 0
            for number, (name, member) in enumerate(members, start=1):
                target = into / f"{number:04d}"
                sha256 = _write(opened, name, member, target, limits, limits.package_bytes - total)
                total += member.file_size
                found.append(Unpacked(name, target, member.file_size, sha256))
            for one in found:
                _check_nested(one.path, one.name, limits, depth=1)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in OUR_DISK:
            raise TemporaryError(f"quarantine cannot be written: {error.strerror}; free space") from error
        raise _broken(archive.name, error) from error
    except NotImplementedError as error:
        raise UnreadableDeliveryError("SIP_ZIP_BROKEN", archive.name, f"packing method: {error}") from error


def _broken(place: str, error: Exception) -> UnreadableDeliveryError:
    return UnreadableDeliveryError("SIP_ZIP_BROKEN", place, str(error) or "damaged or truncated")


def check_directory_size(archive: Path, limits: Limits) -> None:
    """Refuse a directory that would need much memory, before `zipfile` reads it whole."""
    size = archive.stat().st_size
    if size > limits.message_bytes:
        raise UnreadableDeliveryError("SIP_TOO_LARGE", archive.name, f"{size} bytes")
    with archive.open("rb") as stream:
        tail_at = max(0, size - 22 - 65535)
        stream.seek(tail_at)
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise UnreadableDeliveryError("SIP_ZIP_BROKEN", archive.name, "no end-of-directory record")
    directory, start = struct.unpack_from("<II", tail, at + 12)
    if directory == 0xFFFFFFFF or start == 0xFFFFFFFF:
        record = tail.rfind(b"PK\x06\x06", 0, at)
        directory = struct.unpack_from("<Q", tail, record + 40)[0] if 0 <= record <= len(tail) - 48 else size
    if directory > limits.files * (46 + 4 * limits.name + 1024):
        raise UnreadableDeliveryError("SIP_TOO_MANY_FILES", archive.name, f"directory of {directory} bytes")


def _checked(opened: zipfile.ZipFile, archive: Path, limits: Limits) -> list[tuple[str, zipfile.ZipInfo]]:
    infos = opened.infolist()
    if len(infos) > limits.files:
        raise UnreadableDeliveryError("SIP_TOO_MANY_FILES", archive.name, f"{len(infos)} members")
    declared = sum(info.file_size for info in infos)
    if declared > limits.package_bytes:
        raise UnreadableDeliveryError("SIP_TOO_LARGE", archive.name, f"{declared} bytes unpacked")
    if declared > RATIO_FLOOR and declared > limits.ratio * archive.stat().st_size:
        raise UnreadableDeliveryError(
            "SIP_BOMB", archive.name, f"{declared} bytes out of {archive.stat().st_size}"
        )
    seen: dict[str, str] = {}
    members = []
    for info in infos:
        name = name_as_sent(info)
        _check_name(name, info, limits)
        key = unicodedata.normalize("NFC", name.rstrip("/")).casefold()
        if key in seen:
            raise UnreadableDeliveryError("SIP_NAME_CLASH", name, f"the same name as {seen[key]}")
        seen[key] = name
        if not info.is_dir():
            members.append((name, info))
    for key, name in seen.items():
        for parent in _parents(key):
            if parent in seen and not seen[parent].endswith("/"):
                raise UnreadableDeliveryError(
                    "SIP_NAME_CLASH", name, f"{seen[parent]} is a file and a folder"
                )
    return members


def _parents(key: str) -> list[str]:
    parts = key.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]


def name_as_sent(info: zipfile.ZipInfo) -> str:
    """Return a member's name; UTF-8 without the UTF-8 flag, as some Vietnamese tools write it, is mended."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _check_name(name: str, info: zipfile.ZipInfo, limits: Limits) -> None:
    def refuse(why: str) -> UnreadableDeliveryError:
        return UnreadableDeliveryError("SIP_UNSAFE_NAME", name[:80], why)

    if len(name) > limits.name:
        raise refuse(f"{len(name)} characters; at most {limits.name}")
    if "\\" in name or any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise refuse("has a backslash or a control character")
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or any(part in ("", ".", "..") for part in parts) or ":" in parts[0][1:2]:
        raise refuse("is absolute or leaves its folder")
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refuse("is a link or a device")
    if info.flag_bits & 0x1:
        raise UnreadableDeliveryError("SIP_ENCRYPTED", name, "is encrypted")


def _write(
    opened: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, target: Path, limits: Limits, room: int
) -> str:
    if info.file_size > RATIO_FLOOR and info.file_size > limits.ratio * max(1, info.compress_size):
        raise UnreadableDeliveryError("SIP_BOMB", name, f"{info.file_size} bytes out of {info.compress_size}")
    try:
        with opened.open(info) as source, target.open("xb") as sink:
            copied = hashed_copy(source, sink, limit=min(room, info.file_size))
    except NotImplementedError:  # a RuntimeError too; the caller says what it means
        raise
    except RuntimeError as error:  # zipfile's word for "needs a password"
        raise UnreadableDeliveryError("SIP_ENCRYPTED", name, str(error)) from error
    if copied.size > min(room, info.file_size):
        raise UnreadableDeliveryError("SIP_BOMB", name, "longer than the archive says")
    if copied.size != info.file_size:
        raise UnreadableDeliveryError("SIP_ZIP_BROKEN", name, f"{copied.size} of {info.file_size} bytes")
    return copied.sha256


def _check_nested(path: Path, name: str, limits: Limits, *, depth: int) -> None:
    """Look into a ZIP inside the ZIP: its sizes count, and there may be only so many levels."""
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return
        stream.seek(0)
        _look_into(stream, name, path.stat().st_size, limits, depth)


def _look_into(stream: IO[bytes], name: str, size: int, limits: Limits, depth: int) -> None:
    try:
        with zipfile.ZipFile(stream) as inner:
            infos = inner.infolist()
            document = bool(CONTAINER_MARKS & {info.filename for info in infos})
            # A document inside a document is normal; an endless one (a ZIP holding itself) is not.
            if depth > limits.nesting + (3 if document else 0):
                raise UnreadableDeliveryError("SIP_NESTED", name, f"more than {limits.nesting} archives deep")
            declared = sum(info.file_size for info in infos)
            if declared > limits.package_bytes or (declared > RATIO_FLOOR and declared > limits.ratio * size):
                raise UnreadableDeliveryError("SIP_BOMB", name, f"{declared} bytes out of {size}")
            for info in infos:
                if info.is_dir() or info.flag_bits & 0x1 or info.file_size < 22:
                    continue
                with inner.open(info) as member:
                    if member.read(4) != b"PK\x03\x04":
                        continue
                with inner.open(info) as member, tempfile.TemporaryFile() as copy:
                    shutil.copyfileobj(member, copy, CHUNK)
                    copy.seek(0)
                    _look_into(copy, f"{name}!{info.filename}", info.file_size, limits, depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return  # not an archive we can open: format identification will say what it is
