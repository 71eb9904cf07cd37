"""One package looked through: its originals go from the store to clamd as they are read, hashed on the way."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from archive.errors import DamagedError, NotFoundError, TangThuError
from archive.packages.reader import open_member
from archive.register.session import reading
from archive.stores.interface import Store
from ingest import virus
from ingest.errors import ToolMissingError
from ingest.infected.passes import pass_for
from ingest.rescan.due import Due

log = logging.getLogger(__name__)


@dataclass
class Found:
    """What the scanner said of one package; of each file its id, hash and what it is called by the scanner."""

    engine: str = ""
    files: int = 0
    infected: list[dict[str, str]] = field(default_factory=list)
    untold: list[dict[str, str]] = field(default_factory=list)


class _Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, source: BinaryIO, place: str) -> None:
        self._source, self._place = source, place
        self._digest = hashlib.sha256()
        self.ended = False

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            DamagedError: the store cannot read them. An OSError would be taken for clamd's, and end the round.
        """
        try:
            data = self._source.read(size)
        except OSError as error:
            raise DamagedError(self._place, f"cannot be read: {error}") from error
        self._digest.update(data)
        self.ended = self.ended or not data
        return data

    @property
    def sha256(self) -> str:
        """Return the hash of what was read."""
        return self._digest.hexdigest()


def look(due: Due, places: Sequence[Store]) -> Found | None:
    """Return what the scanner says of a package's originals; None when no store gives them whole.

    Raises:
        ToolMissingError: clamd does not answer.
    """
    for store in places:
        try:
            return _look_in(due, store)
        except ToolMissingError:
            raise
        except (TangThuError, OSError) as error:
            log.warning("store %s: %s is not looked through here: %s", store.name, due.name, error)
    return None


def _look_in(due: Due, store: Store) -> Found:
    found = Found(engine=virus.version())
    place = f"{store.name}:{due.name}"
    missing: list[str] = []
    with store.open(due.name) as package:
        for id, path, sha256 in due.originals:
            try:
                member = open_member(package, path)
            except NotFoundError:
                missing.append(path)
                continue
            stream = _Hashing(member, place)
            verdict = virus.scan_stream(stream)  # type: ignore[arg-type]
            if stream.ended and stream.sha256 != sha256:
                raise DamagedError(place, f"{path} is not what was stored")
            found.files += 1
            if verdict.clean:
                continue
            told = {"component_id": id, "sha256": sha256, "signature": verdict.signature}
            if not verdict.told:
                found.untold.append(told)
            elif not _released(due.agency_code, sha256, verdict.signature):
                found.infected.append(told)
    # A later version holds descriptions only; its originals lie in the first.
    if missing and (due.version == 1 or len(missing) < len(due.originals)):
        raise DamagedError(place, f"holds no {missing[0]}")
    return found


def _released(agency_code: str, sha256: str, signature: str) -> bool:
    """Say whether two people released these bytes under this signature when they came in: a false alarm, known."""
    with reading() as session:
        return pass_for(session, agency_code=agency_code, sha256=sha256, signature=signature) is not None
