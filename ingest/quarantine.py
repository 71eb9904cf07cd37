"""Quarantine: where a delivery's bytes lie from arrival until it is stored, returned or refused.

Layout below the vault's data folder: `quarantine/<submission id>/raw` is what arrived, untouched;
`quarantine/<submission id>/name` is what the sender called it (recorded elsewhere only once no sign of secrecy was
found); the folder `work` beside it is what the pipeline made of it. `quarantine/.fetch-*` are messages on their
way in. Nothing here is ever served to a browser.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from archive.errors import TemporaryError
from archive.holders import Erasure, Holder, Target
from archive.settings import ArchiveSettings
from ingest.errors import too_large

BLOCK = 1 << 20


def home() -> Path:
    """Return the folder all submissions' folders are in; it need not exist."""
    return ArchiveSettings.load().data / "quarantine"


def folder(submission_id: str) -> Path:
    """Return the submission's folder; it need not exist."""
    return home() / submission_id


def raw(submission_id: str) -> Path:
    """Return where the bytes as received lie."""
    return folder(submission_id) / "raw"


def work(submission_id: str) -> Path:
    """Return the folder the pipeline's steps write into, made if missing."""
    place = folder(submission_id) / "work"
    place.mkdir(parents=True, exist_ok=True)
    return place


def name_of(submission_id: str) -> str:
    """Return what the sender called the delivery; "" when it did not say or the bytes are gone."""
    with suppress(FileNotFoundError):
        return (folder(submission_id) / "name").read_text("utf-8")
    return ""


@dataclass(frozen=True)
class Kept:
    """Bytes that were written and synced to disk."""

    size: int
    sha256: str


def keep(submission_id: str, source: BinaryIO, *, limit: int, name: str = "") -> Kept:
    """Write what arrived to the submission's folder, hashing on the way; whole and synced when it returns.

    Raises:
        BadMessageError: more than `limit` bytes.
        TemporaryError: the disk is full or gone.
    """
    target = raw(submission_id)
    digest, size = hashlib.sha256(), 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if name:
            (target.parent / "name").write_text(name, "utf-8")
        with target.open("wb") as out:
            while block := source.read(BLOCK):
                size += len(block)
                if size > limit:
                    break
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        drop(submission_id)
        raise TemporaryError(
            f"quarantine cannot be written: {error}; free space, then it is tried again"
        ) from error
    if size > limit:
        drop(submission_id)
        raise too_large(limit)
    return Kept(size, digest.hexdigest())


def drop(submission_id: str) -> None:
    """Remove the submission's folder; used once its bytes are stored elsewhere or were a repeat."""
    shutil.rmtree(folder(submission_id), ignore_errors=True)


def wipe(submission_id: str) -> tuple[int, int]:
    """Overwrite every file of the submission once and remove it; return how many files and bytes there were."""
    return clear(folder(submission_id))


def clear(place: Path) -> tuple[int, int]:
    """Overwrite every file below a folder once and remove the folder; return how many files and bytes there were."""
    files = size = 0
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink():
            length = path.stat().st_size
            with path.open("r+b") as stream:
                for start in range(0, length, BLOCK):
                    stream.write(bytes(min(BLOCK, length - start)))
                stream.flush()
                os.fsync(stream.fileno())
            files, size = files + 1, size + length
    shutil.rmtree(place, ignore_errors=True)
    return files, size


@dataclass(frozen=True)
class QuarantineHolder:
    """What the intake still has of a case file: raw deliveries and work folders."""

    name: str = "quarantine"

    def erase(self, target: Target) -> Erasure:
        """Wipe the folders of the case file's submissions and look again."""
        files = size = 0
        for submission_id in target.submission_ids:
            count, length = wipe(submission_id)
            files, size = files + count, size + length
        gone = not any(folder(submission_id).exists() for submission_id in target.submission_ids)
        what = f"{files} files, {size} bytes" if files else "nothing"
        how = "clear: overwritten once and removed" if files else "not applicable"
        return Erasure(self.name, what, how, datetime.now(UTC), gone)


def holders() -> Iterable[Holder]:
    """Return the quarantine as a holder (entry-point group `tangthu.holders`)."""
    return [QuarantineHolder()]
