"""Some packages by chance, read whole from a store and checked as a stranger would: hash, bag, METS, PREMIS."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from archive.copies import examine_one
from archive.errors import TangThuError
from archive.packages.verify import verify
from archive.register.models import CaseFile, CaseFileState, CopyState, Package
from archive.register.session import reading
from archive.settings import ArchiveSettings
from archive.stores.interface import Store
from archive.wiping import wipe_file


@dataclass(frozen=True)
class Sample:
    """One package.

    Attributes:
        store: whose copy was read; "" when no store has a good one.
        faults: of the package, as sentences; empty when it is as it must be.
    """

    name: str
    store: str
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Say whether it was read and is without fault."""
        return bool(self.store) and not self.faults


def sample(places: Sequence[Store], folder: Path, *, number: int, seed: str) -> list[Sample]:
    """Check so many packages of the register that is open here.

    Args:
        places: stores to read from, each package from another one if possible.
        folder: a package is copied there to be checked; it is overwritten and gone afterwards.
        number: at most so many.
        seed: the same seed chooses the same packages.
    """
    query = (
        select(Package.name, Package.sha256)
        .join(CaseFile, CaseFile.id == Package.case_file_id)
        .where(CaseFile.state != CaseFileState.DESTROYED)
        .order_by(Package.name)
    )
    with reading() as session:
        known = [(row.name, row.sha256) for row in session.execute(query)]
    chosen = random.Random(seed).sample(known, min(number, len(known)))
    return [
        _check(name, sha256, [*places[at % len(places) :], *places[: at % len(places)]], folder)
        for at, (name, sha256) in enumerate(sorted(chosen))
    ]


def _check(name: str, sha256: str, places: Sequence[Store], folder: Path) -> Sample:
    path = folder / "sample.zip"
    for store in places:
        if examine_one(store, name, sha256) != CopyState.VERIFIED:
            continue
        try:
            with store.open(name) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            faults = verify(path, schemas=ArchiveSettings.load().tools_home / "schemas")
        except (TangThuError, OSError) as error:
            return Sample(name, store.name, (str(error),))
        finally:
            with suppress(FileNotFoundError):
                wipe_file(path)
        return Sample(name, store.name, tuple(f"{one.rule} {one.path}: {one.message}" for one in faults))
    return Sample(name, "", ("no store has a copy with its hash",))
