"""A case file destroyed as people do it, and a search for what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deliveries import GIA_LAI
from sqlalchemy import select

from archive.ledger.follow import follow_all
from archive.patience import Patience
from archive.register.models import CaseFile
from archive.register.session import reading, transaction
from archive.vietnam import day_of
from archive.viewer import Role, Viewer
from operations.procession import Wanted, people_at, walk
from retention.destruction import execute
from retention.filing.filing import file_dossier
from retention.procedure import deciding


def read_on() -> None:
    """Let every follower read what is new: search and retention."""
    progress = follow_all(patience=Patience(timedelta(0), timedelta(0)), now=datetime.now(UTC))
    assert not progress.failed


def held(path: Path, word: str) -> bool:
    return word.encode() in path.read_bytes() or word in path.name


def destroy() -> str:
    """As people do it: listed, voted on, decided, handed over, carried out by somebody else; return the order."""
    now = datetime.now(UTC)
    people = people_at(
        GIA_LAI, archivist="p-luu", voters=("p-chu", "p-don", "p-chuyen"), head="p-dau", executor="binh"
    )
    with reading() as session:
        (case_file_id,) = session.scalars(select(CaseFile.id))
    with transaction() as session:
        wanted = Wanted(GIA_LAI, [case_file_id], "12/QĐ", day_of(now))
        order_id = walk(session, wanted, people, now=now).order_id
    outcome = execute(order_id, viewer=people.executor, now=now, clock=lambda: datetime.now(UTC))
    assert outcome.finished and outcome.count("done") == 1, outcome
    return order_id


def close(order_id: str) -> str:
    """Close the list of a destruction with its dossier, and return the dossier's case file id."""
    now = datetime.now(UTC)
    archivist = Viewer("p-luu", {GIA_LAI: frozenset({Role.ARCHIVIST})})
    with transaction() as session:
        deciding.close(session, order_id, viewer=archivist, now=now)
    return file_dossier(order_id, now=now)


def where(roots: Iterable[Path], needles: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return what each needle is found in: files by their bytes and names, below any of these folders."""
    files = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    found: dict[str, list[str]] = {name: [] for name in needles}
    for path in files:
        data = path.read_bytes() + str(path).encode()
        for name, needle in needles.items():
            if needle in data:
                found[name].append(str(path))
    return found
