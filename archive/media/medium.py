"""A medium as a folder tree: one BagIt 1.0 bag with an index and a README, readable without any program of ours.

README.txt                 what this is, how to check and read it, Vietnamese and English
index.csv                  one line a package: path, hash, size, case file, title, dates
manifest-sha256.txt        one line a file; `sha256sum -c manifest-sha256.txt` checks all
data/<name in the stores>  packages, and the ledger below data/_ledger/
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.errors import ArchiveError
from archive.packages.bag import BAGIT_TXT, MANIFEST, TAG_MANIFEST
from archive.packages.names import bag_line_name, fault_in, from_bag_line
from archive.vietnam import day_of

DATA = "data/"
BAG_INFO, INDEX, README = "bag-info.txt", "index.csv", "README.txt"
TAGS = ("bagit.txt", BAG_INFO, README, INDEX, MANIFEST, TAG_MANIFEST)
"""The files beside the payload, in the order in which they are written."""
COLUMNS = (
    *(
        "path",
        "sha256",
        "bytes",
        "file_code",
        "title",
        "agency_code",
        "agency",
        "fonds",
        "start_date",
        "end_date",
    ),
    *("maintenance", "version", "identifier"),
)
LONGEST_LINE = 70_000
"""Bytes of one line of a manifest: a hash and the longest path there is."""
NUMBER_LABEL = "External-Identifier: "


class MediumError(ArchiveError):
    """A folder is no medium of ours, or holds something that must not be overwritten."""


@dataclass(frozen=True)
class File:
    """One file of the payload.

    Attributes:
        name: its key in every store.
    """

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Line(File):
    """A package with what the index says of it."""

    facts: tuple[str, ...]


def tag_files(
    number: str, label: str, begun_at: datetime, files: Sequence[File], text: bytes
) -> dict[str, bytes]:
    """Return every file beside the payload, the same bytes for the same payload; the tag manifest is the last."""
    octets = sum(file.size for file in files)
    info = (
        f"{NUMBER_LABEL}{number}\nExternal-Description: {' '.join(label.split())}\n"
        f"Bagging-Date: {day_of(begun_at).isoformat()}\nPayload-Oxum: {octets}.{len(files)}\n"
        "Bag-Software-Agent: Tàng Thư\n"
    )
    manifest = "".join(f"{file.sha256}  {bag_line_name(DATA + file.name)}\n" for file in files)
    made = {
        "bagit.txt": BAGIT_TXT,
        BAG_INFO: info.encode(),
        README: text,
        INDEX: _index(file for file in files if isinstance(file, Line)),
        MANIFEST: manifest.encode(),
    }
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in made.items())
    return {**made, TAG_MANIFEST: "".join(lines).encode()}


def _index(lines: Iterable[Line]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow((DATA + line.name, line.sha256, line.size, *line.facts))
    # With a mark, because the program that most people open a table with takes it for another encoding otherwise.
    return out.getvalue().encode("utf-8-sig")


def number_of(folder: Path) -> str:
    """Return the number of the medium in a folder.

    Raises:
        MediumError: there is none.
    """
    try:
        lines = (folder / BAG_INFO).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MediumError(f"{folder} is no medium: its {BAG_INFO} cannot be read ({error})") from error
    for line in lines:
        if line.startswith(NUMBER_LABEL):
            return line.removeprefix(NUMBER_LABEL).strip()
    raise MediumError(f"{folder} is no medium: its {BAG_INFO} names none")


def listed(folder: Path) -> Iterator[File]:
    """Yield what a medium's manifest lists, with the size the file has here (-1: it is not there).

    Raises:
        MediumError: the manifest cannot be read, or names a path that could leave the medium.
    """
    try:
        with (folder / MANIFEST).open("r", encoding="utf-8", newline="\n") as stream:
            while line := stream.readline(LONGEST_LINE):
                sha256, _, path = line.removesuffix("\n").partition("  ")
                path = from_bag_line(path)
                if len(sha256) != 64 or fault_in(path) or not path.startswith(DATA):
                    raise MediumError(
                        f"{folder}: {MANIFEST} has a line that names no file of the medium: {line!r}"
                    )
                file = folder / path
                there = file.is_file() and file.resolve().is_relative_to(folder.resolve())
                yield File(path.removeprefix(DATA), sha256, file.stat().st_size if there else -1)
    except (OSError, UnicodeDecodeError) as error:
        raise MediumError(f"{folder}: {MANIFEST} cannot be read: {error}") from error
