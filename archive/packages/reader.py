"""Read a package where it lies, by the ZIP's directory; nothing is ever unpacked.

Names found inside are only compared with names asked for, never used as paths on disk. Works on the stored
bag and on the plain package that is handed over.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from archive.errors import NotFoundError
from archive.packages import ead, premis_reading
from archive.packages.directory import Found, data_offset, find
from archive.packages.errors import UnreadableError
from archive.packages.facts import ComponentFacts, PackageFacts, RecordFacts

DESCRIPTION_LIMIT = 16 << 20
"""Bytes of one descriptive file that are read at most; real ones have some kilobytes."""
PACKAGE_METS = re.compile(r"(?:[^/]+/data/)?([^/]+)/METS\.xml\Z")
DESCRIPTION = re.compile(r"representations/([^/]+)/metadata/descriptive/EAD_doc_([0-9]+)\.xml\Z")
PRESERVATION = re.compile(r"representations/[^/]+/metadata/preservation/PREMIS_[^/]+\.xml\Z")


class _Package:
    """The directory of one package ZIP."""

    def __init__(self, source: BinaryIO) -> None:
        try:
            self.zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError, ValueError, struct.error) as error:
            raise UnreadableError(f"not a readable ZIP: {error}") from error
        self.source = source
        roots = {
            info.filename[: -len("METS.xml")]
            for info in self.zip.filelist
            if PACKAGE_METS.match(info.filename)
        }
        if len(roots) != 1:
            raise UnreadableError(f"holds {len(roots)} packages, not one (no METS.xml, or several)")
        self.root = roots.pop()

    def names(self) -> list[str]:
        """Return the members' paths below the OBJID folder."""
        cut = len(self.root)
        return [info.filename[cut:] for info in self.zip.filelist if info.filename.startswith(self.root)]

    def open(self, path: str) -> BinaryIO:
        """Return a stream of one member."""
        info = self._info(path)
        found = Found(
            info.header_offset, info.file_size, info.compress_size, info.compress_type, info.flag_bits
        )
        return _slice(self.source, found, path)

    def read(self, path: str) -> bytes:
        """Return a small member whole.

        Raises:
            NotFoundError: the package has none of that path.
            UnreadableError: it is larger than a description may be.
        """
        length = self._info(path).file_size
        if length > DESCRIPTION_LIMIT:
            raise UnreadableError(f"{path}: {length} bytes is too large for a description")
        with self.open(path) as stream:
            return stream.read()

    def _info(self, path: str) -> zipfile.ZipInfo:
        try:
            return self.zip.getinfo(self.root + path)
        except KeyError:
            raise NotFoundError(f"the package holds no {path}") from None


class _Slice(io.RawIOBase):
    """A part of a seekable stream, read in its own right; closing it leaves the stream open."""

    def __init__(self, source: BinaryIO, offset: int, length: int) -> None:
        self._source, self._offset, self._length, self._at = source, offset, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._length - self._at)
        if wanted <= 0:
            return 0
        self._source.seek(self._offset + self._at)
        data = self._source.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def member_range(source: BinaryIO, path: str) -> tuple[int, int]:
    """Return (offset, length) of a member's bytes in the ZIP, for range requests.

    Args:
        source: the package ZIP, seekable.
        path: relative to the OBJID folder, as `ComponentFacts.path` says.

    Raises:
        NotFoundError: no such member.
        UnreadableError: not a package, or the member is compressed.
    """
    found = _find(source, path)
    return _offset(source, found, path), found.size


def open_member(source: BinaryIO, path: str) -> BinaryIO:
    """Return a seekable stream of one member; it reads from `source`, which must stay open.

    The bytes are not checked here: who must be sure compares them with the component's SHA-256.

    Raises:
        NotFoundError: no such member.
        UnreadableError: not a package, or the member is compressed.
    """
    return _slice(source, _find(source, path), path)


def _find(source: BinaryIO, path: str) -> Found:
    found = find(source, path)
    if found is None:
        raise NotFoundError(f"the package holds no {path}")
    return found


def _offset(source: BinaryIO, found: Found, path: str) -> int:
    if found.method != zipfile.ZIP_STORED or found.flags & 1 or found.stored_size != found.size:
        raise UnreadableError(f"{path}: is compressed or encrypted; packages store members as they are")
    return data_offset(source, found, path)


def _slice(source: BinaryIO, found: Found, path: str) -> BinaryIO:
    return io.BufferedReader(_Slice(source, _offset(source, found, path), found.size), 1 << 16)


def read_description(source: BinaryIO) -> PackageFacts:
    """Return what the package says of the case file and what was done, without its documents; a few reads.

    Raises:
        UnreadableError: not a package of ours, or damaged there.
    """
    package = _Package(source)
    about, described = "metadata/preservation/PREMIS.xml", "metadata/descriptive/EAD.xml"
    with package.open(about) as stream:
        documentation, events = premis_reading.read_package(stream, about)
    return ead.read_file(package.read(described), described, (), documentation=documentation, events=events)


def read_document(source: BinaryIO, ordinal: int) -> RecordFacts | None:
    """Return what the package says of one document, without its files; None when it says nothing of it.

    Raises:
        UnreadableError: not a package of ours, or damaged there.
    """
    package = _Package(source)
    names = _descriptions(package.names(), only=ordinal)
    return ead.read_document(package.read(names[0]), names[0], ()) if names else None


def opener_of(source: BinaryIO) -> Callable[[str], BinaryIO]:
    """Return a function that gives a stream of a member by its path; the directory is read once for all of them.

    Raises:
        UnreadableError: not a package.
    """
    return _Package(source).open


def read_facts(source: BinaryIO) -> PackageFacts:
    """Return what the package says, equal to what was written (but for `source`, which is None).

    Raises:
        UnreadableError: not a package of ours, or damaged.
    """
    package = _Package(source)
    names = package.names()
    components: dict[str, list[tuple[int, ComponentFacts]]] = {}
    for name in names:
        if PRESERVATION.match(name):
            with package.open(name) as stream:
                for placed in premis_reading.read_components(stream, name):
                    components.setdefault(placed.record_id, []).append((placed.position, placed.component))
    records = [_record(package.read(name), name, components) for name in _descriptions(names)]
    if components:
        raise UnreadableError(f"PREMIS names files of a record that no EAD_doc describes: {min(components)}")
    about = "metadata/preservation/PREMIS.xml"
    with package.open(about) as stream:
        documentation, events = premis_reading.read_package(stream, about)
    described = "metadata/descriptive/EAD.xml"
    return ead.read_file(
        package.read(described), described, records, documentation=documentation, events=events
    )


def _descriptions(names: list[str], only: int | None = None) -> list[str]:
    """Return the path of each document's description once, in order; the original's is taken first."""
    chosen: dict[int, tuple[bool, str]] = {}
    for name in names:
        if match := DESCRIPTION.match(name):
            rank = (match[1] != "original", name)
            number = int(match[2])
            if only not in (None, number):
                continue
            chosen[number] = min(chosen.get(number, rank), rank)
    return [chosen[number][1] for number in sorted(chosen)]


def _record(data: bytes, name: str, components: dict[str, list[tuple[int, ComponentFacts]]]) -> RecordFacts:
    record = ead.read_document(data, name, ())
    placed = components.pop(record.id, [])
    return replace(record, components=tuple(component for _, component in sorted(placed, key=lambda p: p[0])))
