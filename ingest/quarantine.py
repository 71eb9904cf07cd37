"""Quarantine: where a delivery's bytes lie from arrival until it is stored, returned or refused.

Layout below the vault's data folder: `quarantine/<submission id>/raw` is what arrived, untouched;
`quarantine/<submission id>/name` is what the sender called it (recorded elsewhere only once no sign of secrecy was
found), and `title` what its sender called the case file in our own form, for nobody else; the folder `work` beside it
is what the pipeline made of it. `quarantine/.fetch-*` are messages on their way in, `quarantine/.aside-*` what is being
overwritten. What leaves it towards a reader goes through `ingest.held_files`, and only after the checks.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from archive.errors import TemporaryError
from archive.flushing import flush_folder
from archive.hashing import Copied, hashed_copy
from archive.holders import Erasure, Holder, Target
from archive.reason import because, trouble
from archive.settings import ArchiveSettings
from archive.wiping import Wiped, wipe_folder
from ingest.errors import too_large

log = logging.getLogger(__name__)


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


def own_title(submission_id: str, holder: str) -> str:
    """Return what this person called the case file when sending it from here; "" when it was another, or nobody."""
    with suppress(FileNotFoundError):
        by, _line, title = (folder(submission_id) / "title").read_text("utf-8").partition("\n")
        return title if by == holder else ""
    return ""


def keep(
    submission_id: str, source: BinaryIO, *, limit: int, name: str = "", title: str = "", holder: str = ""
) -> Copied:
    """Write what arrived to the submission's folder, hashing on the way; whole and synced when it returns.

    Args:
        name: what the sender called the delivery.
        title: what the account `holder` called the case file in our own form.

    Raises:
        BadMessageError: more than `limit` bytes.
        TemporaryError: the disk is full or gone.
    """
    target = raw(submission_id)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for called, said in (("name", name), ("title", f"{holder}\n{title}" if title else "")):
            if said:
                with (target.parent / called).open("wb") as out:
                    out.write(said.encode())
                    out.flush()
                    os.fsync(out.fileno())
        with target.open("wb") as out:
            kept = hashed_copy(source, out, limit=limit)
            out.flush()
            os.fsync(out.fileno())
        flush_folder(target.parent)
        flush_folder(home())
    except OSError as error:
        drop(submission_id)
        raise TemporaryError(because("ingest.quarantine-trouble", trouble=trouble(error))) from error
    if kept.size > limit:
        drop(submission_id)
        raise too_large(limit)
    return kept


def drop(submission_id: str) -> None:
    """Wipe the submission's folder now if the disk lets us; if not, tidying does it.

    For bytes that are stored elsewhere, were a repeat, or must not stay. Overwritten too: a receipt that later says
    "nothing was there" is to be true of the disk.
    """
    try:
        wipe(submission_id)
    except OSError as error:
        log.warning("%s cannot be wiped now, tidying tries again: %s", folder(submission_id), error)


def wipe(submission_id: str) -> Wiped:
    """Overwrite every file of the submission once and remove it; return how many files and bytes there were."""
    parts = [wipe_folder(place) for place in (folder(submission_id), _aside(submission_id))]
    return Wiped(sum(part.files for part in parts), sum(part.size for part in parts))


def set_aside(submission_id: str) -> None:
    """Take the submission's folder out of everybody's sight at once; `wipe` overwrites it, which takes its time.

    Raises:
        OSError: the disk refuses, or something was set aside before and is there again.
    """
    with suppress(FileNotFoundError):
        folder(submission_id).rename(_aside(submission_id))
        flush_folder(home())


def is_there(submission_id: str) -> bool:
    """Say whether anything of the submission lies here, set aside or not."""
    return folder(submission_id).exists() or _aside(submission_id).exists()


def _aside(submission_id: str) -> Path:
    return home() / f".aside-{submission_id}"


@dataclass(frozen=True)
class QuarantineHolder:
    """What the intake still has of a case file: raw deliveries and work folders."""

    name: str = "quarantine"

    def erase(self, target: Target) -> Erasure:
        """Wipe the folders of the case file's submissions and look again."""
        files = size = 0
        for submission_id in target.submission_ids:
            wiped = wipe(submission_id)
            files, size = files + wiped.files, size + wiped.size
        gone = not any(is_there(submission_id) for submission_id in target.submission_ids)
        what = f"{files} files, {size} bytes" if files else "nothing"
        how = "clear: overwritten once and removed" if files else "not applicable"
        return Erasure(self.name, what, how, datetime.now(UTC), gone)


def holders() -> Iterable[Holder]:
    """Return the quarantine as a holder (entry-point group `tangthu.holders`)."""
    return [QuarantineHolder()]
