"""What lies inside a container: programs, macros, further files. Runs in the sandbox.

Threat: nested archives, bombs, sizes that lie. Containers in containers are opened to a depth, a number of entries
and a number of bytes; what lies beyond is said to be unseen, and unseen is a finding, never "nothing there".
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import IO

import olefile

from archive.reason import Reason, because
from ingest.formats import office
from ingest.formats.executable import HEAD, program_in

DEPTH = 3
ENTRIES = 20_000
BYTES_OPENED = 64 * 2**20  # of one container inside another, which is held in memory
NAMES_KEPT = 50
NAME_LONGEST = 120

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
# Containers nobody here opens: what is in them cannot be told.
_CLOSED = ((b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar"), (b"\x1f\x8b", "gzip"), (b"MSCF", "cab"))
_OBJECT = re.compile(rb"\\objdata")
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")


@dataclass
class Inside:
    """What was seen in a container.

    Attributes:
        programs: kinds of programs, e.g. "Windows program".
        macros: kinds of macros.
        names: of files somebody put in, as said there; for the check for secrecy.
        unseen: why something could not be looked into; None when all was.
        encrypted: some entry needs a password.
    """

    programs: set[str] = field(default_factory=set)
    macros: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    unseen: Reason | None = None
    encrypted: bool = False
    entries: int = 0

    def named(self, name: str) -> None:
        """Remember the name of a file inside."""
        if len(self.names) < NAMES_KEPT:
            self.names.append(name[-NAME_LONGEST:])


def of_zip(package: zipfile.ZipFile, found: Inside, *, depth: int = 0, keep_names: bool = False) -> None:
    """Look into the entries of a ZIP (OOXML, ODF, plain), which was judged to be no bomb.

    Args:
        keep_names: its entries are files somebody put in, not parts of a format.
    """
    for entry in package.infolist():
        found.entries += 1
        if found.entries > ENTRIES:
            found.unseen = because("ingest.more-entries", count=ENTRIES)
            return
        if entry.is_dir():
            continue
        if keep_names:
            found.named(entry.filename)
        if entry.flag_bits & 1:
            found.encrypted = True
            continue
        of_file(entry.filename, partial(package.open, entry), found, depth=depth)


def of_file(name: str, open_: Callable[[], IO[bytes]], found: Inside, *, depth: int) -> None:
    """Look at one file inside: is it a program, is it a container itself?"""
    with open_() as stream:
        head = stream.read(HEAD)
        if kind := program_in(head, name):
            found.programs.add(kind)
            return
        for magic, kind in _CLOSED:
            if head.startswith(magic):
                found.unseen = found.unseen or because("ingest.closed-archive", kind=kind)
                return
        if not head.startswith((ZIP, OLE)):
            return
        if depth + 1 > DEPTH:
            found.unseen = found.unseen or because("ingest.nested", deep=DEPTH)
            return
        data = head + stream.read(BYTES_OPENED + 1 - len(head))
    if len(data) > BYTES_OPENED:
        found.unseen = found.unseen or because("ingest.container-large", bytes=BYTES_OPENED)
        return
    of_container(data, found, depth=depth + 1)


def of_container(data: bytes, found: Inside, *, depth: int) -> None:
    """Look into a ZIP or OLE file held in memory."""
    try:
        if data.startswith(ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                if trouble := office.bomb(package):
                    found.unseen = found.unseen or trouble
                    return
                names = [entry.filename.lower() for entry in package.infolist()]
                found.macros |= office.macros_among(names)
                of_zip(package, found, depth=depth, keep_names=not office.is_office(names))
        else:
            with olefile.OleFileIO(io.BytesIO(data)) as compound:
                of_ole(compound, found, depth=depth)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        found.unseen = found.unseen or because("ingest.container-broken", kind=type(error).__name__)


def of_ole(compound: olefile.OleFileIO, found: Inside, *, depth: int) -> None:
    """Look into an OLE compound file: VBA storages, Excel 4 macro sheets, packaged objects."""
    paths = compound.listdir(streams=True, storages=True)
    words = {part.lower() for path in paths for part in path}
    if words & {"_vba_project", "vba", "_vba_project_cur"}:
        found.macros.add("VBA")
    for path in compound.listdir():
        found.entries += 1
        if found.entries > ENTRIES:
            found.unseen = because("ingest.more-entries", count=ENTRIES)
            return
        name = path[-1].lower()
        if name in ("workbook", "book") and _has_macro_sheet(compound.openstream(path)):
            found.macros.add("Excel 4")
        elif name == "\x01ole10native":
            _native(compound.openstream(path).read(BYTES_OPENED), found, depth=depth)
        elif name in ("package", "contents"):
            of_file("", partial(compound.openstream, path), found, depth=depth)


def _native(data: bytes, found: Inside, *, depth: int) -> None:
    """Look at a packaged object (MS-OLEDS 2.3.6): a label, a path, another path, then the file itself."""
    at = 6  # total size, flags
    label = data[at : data.find(b"\0", at)]
    at = data.find(b"\0", at) + 1
    at = data.find(b"\0", at) + 1 + 4  # original path; unknown
    length = int.from_bytes(data[at : at + 4], "little")
    at += 4 + length
    size = int.from_bytes(data[at : at + 4], "little")
    inner = data[at + 4 : at + 4 + size]
    if not 0 < at < len(data) or not inner:
        inner = data  # not as the specification says: look at what there is
    name = label.decode("cp1258", "replace")
    found.named(name)
    of_file(name, partial(io.BytesIO, inner), found, depth=depth)


def _has_macro_sheet(stream: IO[bytes]) -> bool:
    """Say whether a BIFF workbook declares a macro sheet ([MS-XLS] 2.4.28 BoundSheet8, dt = 1)."""
    for _ in range(100_000):
        head = stream.read(4)
        if len(head) < 4:
            return False
        kind, length = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")
        body = stream.read(length)
        if kind == 0x85 and len(body) > 5 and body[5] == 1:
            return True
        if kind == 0x0A:  # the end of the workbook's own part
            return False
    return False


def of_rtf(data: bytes, found: Inside) -> int:
    """Look at the objects in an RTF; return how many there are."""
    count = 0
    for match in _OBJECT.finditer(data):
        count += 1
        if count > 100:
            found.unseen = found.unseen or because("ingest.more-objects", count=100)
            break
        raw = _NOT_HEX.sub(b"", data[match.end() : match.end() + 8 * 2**20].partition(b"}")[0])
        body = bytes.fromhex(raw[: len(raw) // 2 * 2].decode("ascii"))
        for magic in (OLE, b"MZ"):
            at = body.find(magic)
            if at >= 0:
                of_file("", partial(io.BytesIO, body[at:]), found, depth=1)
    return count
