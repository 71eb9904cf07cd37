"""Read a medium whole and say what is wrong with it: as a bag, and against what the register knows of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from archive.hashing import sha256_of_file
from archive.media.medium import number_of
from archive.media.records import note
from archive.packages.bag import MANIFEST
from archive.packages.verify import verify
from archive.register.media import Medium
from archive.register.session import reading, transaction
from archive.settings import ArchiveSettings


def faults_of(folder: Path) -> list[str]:
    """Return everything wrong with the bag that a medium is, as sentences; every byte is read."""
    schemas = ArchiveSettings.load().tools_home / "schemas"
    return [
        f"{fault.rule} {fault.path or '(whole)'}: {fault.message}"
        for fault in verify(folder, schemas=schemas, bag_only=True)
    ]


def check(folder: Path, *, actor: str, now: datetime) -> tuple[str, list[str]]:
    """Read a medium whole; return its number and its faults, and ledger that it was read when the register knows it.

    Works without a register too: then only the medium itself is judged.

    Raises:
        MediumError: it is no medium.
    """
    number = number_of(folder)
    faults = faults_of(folder)
    try:
        with reading() as session:
            row = session.get(Medium, number)
            known = row.manifest_sha256 if row else None
    except SQLAlchemyError:
        return number, faults  # no register here
    if known is None:
        return number, faults
    if known and (not (folder / MANIFEST).is_file() or sha256_of_file(folder / MANIFEST) != known):
        faults.append(f"{MANIFEST} is not the one that was written: the medium was exchanged or changed")
    with transaction() as session:
        note(session, number, {"state": "checked", "faults": len(faults)}, actor=actor, now=now)
    return number, faults
