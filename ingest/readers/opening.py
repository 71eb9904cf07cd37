"""Open what arrived, a ZIP or a folder, with the same care: names, sizes, counts, links, archives inside.

Threat model: as `ingest.gateway.unzip`. A folder may change while it is read, so its files are copied while they are
hashed, and links are not followed.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from archive.hashing import hashed_copy
from archive.reason import because, trouble
from ingest import our_disk
from ingest.errors import UnreadableDeliveryError
from ingest.gateway.limits import Limits
from ingest.gateway.member_names import Names
from ingest.gateway.nested import Nested
from ingest.gateway.unzip import Unpacked, unpack
from ingest.readers.interface import Opened, laid_out

FILES = "files"
"""The folder, below the one given, in which files lie under names of ours."""


def opened(raw: Path, into: Path, limits: Limits) -> Opened:
    """Return the delivery at a path, unpacked or copied below `into/files`.

    Raises:
        UnreadableDeliveryError: with the codes of `ingest.gateway.unzip.unpack`.
        TemporaryError: our disk is full or broken.
    """
    target = into / FILES
    members = _copied(raw, target, limits) if raw.is_dir() else unpack(raw, target, limits)
    return laid_out(raw.name, members, target)


def packed(folder: Path, target: Path, limits: Limits) -> None:
    """Write a folder as the ZIP it would have been sent as, its own name on top; the same folder gives the same bytes.

    Raises:
        UnreadableDeliveryError: SIP_UNSAFE_NAME, SIP_NAME_CLASH, SIP_TOO_MANY_FILES.
    """
    names = Names(limits.name)
    with zipfile.ZipFile(target, "w") as sink:
        for number, (name, path) in enumerate(_walked(folder, folder, names), 1):
            if number > limits.files:
                raise UnreadableDeliveryError(
                    "SIP_TOO_MANY_FILES", folder.name, because("ingest.more-files", count=limits.files)
                )
            with (
                path.open("rb") as source,
                sink.open(zipfile.ZipInfo(f"{folder.name}/{name}"), "w") as member,
            ):
                hashed_copy(source, member)
    names.settle()


def _copied(folder: Path, into: Path, limits: Limits) -> list[Unpacked]:
    into.mkdir(parents=True, exist_ok=True)
    names, nested = Names(limits.name), Nested(limits)
    found, room = list[Unpacked](), limits.package_bytes
    for name, path in _walked(folder, folder, names):
        if len(found) == limits.files:
            raise UnreadableDeliveryError(
                "SIP_TOO_MANY_FILES", folder.name, because("ingest.more-files", count=limits.files)
            )
        one = _copy(name, path, into / f"{len(found) + 1:04d}", room)
        nested.look(one.path, name)
        room -= one.size
        found.append(one)
    names.settle()
    return found


def _walked(top: Path, folder: Path, names: Names) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        path = Path(entry.path)
        name = path.relative_to(top).as_posix()
        if entry.is_dir(follow_symlinks=False):
            names.take(f"{name}/")
            yield from _walked(top, path, names)
        elif entry.is_file(follow_symlinks=False):
            names.take(name)
            yield name, path
        else:
            raise UnreadableDeliveryError("SIP_UNSAFE_NAME", name, because("ingest.name-link"))


def _copy(name: str, source: Path, target: Path, room: int) -> Unpacked:
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as stream, target.open("xb") as sink:
            copied = hashed_copy(stream, sink, limit=room)
    except OSError as error:
        if our_disk.is_ours(error):
            raise our_disk.refused(error) from error
        unread = because("archive.file-trouble", file=name, trouble=trouble(error))
        raise UnreadableDeliveryError("SIP_ZIP_BROKEN", name, unread) from error
    if copied.size > room:
        raise UnreadableDeliveryError("SIP_TOO_LARGE", name, because("ingest.larger-than", bytes=room))
    return Unpacked(name, target, copied.size, copied.sha256)
