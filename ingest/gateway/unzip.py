"""Unpack a ZIP that a stranger made.

Threat model: paths that climb out or are absolute, links, two names that are one on another disk (letter
case, Unicode form), names too long to store, bombs (ratio, count, sum, nested archives, overlapping
members), encrypted or truncated archives, sizes that lie. Members are written under names of ours
(`0001`, `0002` ...), so no name of the sender ever becomes a path. Accepted risk: the caps are generous
enough for a real case file, so a hostile sender can make us write that much to quarantine.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from archive.hashing import hashed_copy
from archive.reason import because
from ingest import our_disk
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.gateway.member_names import Names
from ingest.gateway.nested import RATIO_FLOOR, Nested
from ingest.gateway.zip_directory import check_directory

CHUNK = 1 << 20


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
    with archive.open("rb") as stream:
        check_directory(stream, archive.stat().st_size, limits, archive.name)
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
            nested = Nested(limits)
            for one in found:
                nested.look(one.path, one.name)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError) as error:
        if isinstance(error, OSError) and our_disk.is_ours(error):
            raise our_disk.refused(error) from error
        raise _broken(archive.name, error) from error
    except NotImplementedError as error:
        raise UnreadableDeliveryError(
            "SIP_ZIP_BROKEN", archive.name, because("ingest.packing-method", said=str(error))
        ) from error


def _broken(place: str, error: Exception) -> UnreadableDeliveryError:
    said = str(error) or "damaged or truncated"
    return UnreadableDeliveryError("SIP_ZIP_BROKEN", place, because("ingest.zip-damaged", said=said))


def _checked(opened: zipfile.ZipFile, archive: Path, limits: Limits) -> list[tuple[str, zipfile.ZipInfo]]:
    infos = opened.infolist()
    if len(infos) > limits.files:
        raise UnreadableDeliveryError(
            "SIP_TOO_MANY_FILES", archive.name, because("ingest.zip-members", count=len(infos))
        )
    declared = sum(info.file_size for info in infos)
    if declared > limits.package_bytes:
        raise UnreadableDeliveryError(
            "SIP_TOO_LARGE", archive.name, because("ingest.bytes-unpacked", bytes=declared)
        )
    if declared > RATIO_FLOOR and declared > limits.ratio * archive.stat().st_size:
        raise UnreadableDeliveryError(
            "SIP_BOMB", archive.name, because("ingest.bomb", bytes=declared, packed=archive.stat().st_size)
        )
    names = Names(limits.name)
    members = []
    for info in infos:
        name = name_as_sent(info)
        names.take(name)
        _check_kind(name, info)
        if not info.is_dir():
            members.append((name, info))
    names.settle()
    return members


def name_as_sent(info: zipfile.ZipInfo) -> str:
    """Return a member's name; UTF-8 without the UTF-8 flag, as some Vietnamese tools write it, is mended."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _check_kind(name: str, info: zipfile.ZipInfo) -> None:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableDeliveryError("SIP_UNSAFE_NAME", name, because("ingest.name-link"))
    if info.flag_bits & 0x1:
        raise UnreadableDeliveryError("SIP_ENCRYPTED", name, because("ingest.encrypted"))


def _write(
    opened: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, target: Path, limits: Limits, room: int
) -> str:
    if info.file_size > RATIO_FLOOR and info.file_size > limits.ratio * max(1, info.compress_size):
        raise UnreadableDeliveryError(
            "SIP_BOMB", name, because("ingest.bomb", bytes=info.file_size, packed=info.compress_size)
        )
    try:
        with opened.open(info) as source, target.open("xb") as sink:
            copied = hashed_copy(source, sink, limit=min(room, info.file_size))
    except NotImplementedError:  # a RuntimeError too; the caller says what it means
        raise
    except RuntimeError as error:  # zipfile's word for "needs a password"
        raise UnreadableDeliveryError("SIP_ENCRYPTED", name, because("ingest.encrypted")) from error
    if copied.size > min(room, info.file_size):
        raise UnreadableDeliveryError("SIP_BOMB", name, because("ingest.longer-than-said"))
    if copied.size != info.file_size:
        raise UnreadableDeliveryError(
            "SIP_ZIP_BROKEN", name, because("ingest.cut-off", bytes=copied.size, size=info.file_size)
        )
    return copied.sha256
