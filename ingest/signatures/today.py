"""Judge today the signatures of a package this archive keeps, read from a store, and by what proves that it existed.

Vietnamese: xét lại chữ ký số hôm nay. A verdict costs reading the whole package and a sandbox's second for each signed
file, so larger packages are for the command line (`tangthu package signatures`).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from archive.copies import stores
from archive.errors import NotFoundError, TemporaryError
from archive.evidence.existence import Found, by_register
from archive.evidence.rehash import digests_of
from archive.reason import because
from archive.register.models import Package
from archive.stores.interface import Store
from archive.timestamps.ask import judge
from ingest.errors import IngestError
from ingest.signatures.errors import NoReportError
from ingest.signatures.recheck import Ask, Rechecked, recheck

SIZE_LIMIT = 256 * 2**20
BLOCK = 1024 * 1024


class TooLargeError(IngestError):
    """A package is too large to be judged while somebody waits."""


@dataclass(frozen=True)
class Today:
    """What was found.

    Attributes:
        proof: since when the package is proven to have existed, and why other proofs do not hold.
        files: one a report in the package; empty when nothing in it is signed.
    """

    proof: Found
    files: tuple[Rechecked, ...]


def judged_today(
    session: Session, package: Package, ask: Ask, *, now: datetime, places: Sequence[Store] | None = None
) -> Today:
    """Return the verdicts at signing, at receipt and now.

    Raises:
        TooLargeError: it is larger than `SIZE_LIMIT`.
        TemporaryError: no store gives it as the register knows it.
        ToolMissingError: the sandbox cannot be started.
    """
    if package.size > SIZE_LIMIT:
        raise TooLargeError(because("ingest.signatures-too-large", package=package.name, limit=SIZE_LIMIT))
    with _read(package, list(stores() if places is None else places)) as path:
        proof = by_register(session, package, digests_of(path), judge(), now=now)
        since = proof.existence.since if proof.existence else None
        try:
            files = tuple(recheck(path, ask, today=now, proven=since))
        except NoReportError:
            files = ()
    return Today(proof, files)


@contextmanager
def _read(package: Package, places: Sequence[Store]) -> Iterator[Path]:
    """Give a copy of the package that is what the register knows."""
    with tempfile.TemporaryDirectory(prefix="tangthu-today-") as folder:
        path = Path(folder) / "package.zip"
        for store in places:
            try:
                good = _copied(store, package.name, path) == package.sha256
            except (NotFoundError, TemporaryError, OSError):
                continue  # another store has it
            if good:
                yield path
                return
        raise TemporaryError(because("ingest.signatures-no-package", package=package.name))


def _copied(store: Store, name: str, path: Path) -> str:
    known, size = hashlib.sha256(), 0
    with store.open(name) as stream, path.open("wb") as sink:
        while (block := stream.read(BLOCK)) and size <= SIZE_LIMIT:
            size += len(block)
            known.update(block)
            sink.write(block)
    return known.hexdigest()
