"""A vault with packages that need evidence, and what is wrong with the evidence it has."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from archive.copies import stores
from archive.evidence import keep
from archive.evidence.roundfile import Round, key_of, parse
from archive.ledger.seal import seal
from archive.register.session import reading, transaction
from archive.stores.interface import read_whole
from tests.archive.vault_builders import NOW, a_case_file


def a_sealed_case_file(code: str, folder: Path) -> None:
    """Keep a case file in the vault, and seal the events."""
    a_case_file().with_(code=code).kept(folder / code)
    with transaction() as session:
        seal(session, now=NOW)


def evidence_faults(now: datetime = NOW) -> list[str]:
    """Return everything wrong with the evidence, as sentences."""
    with reading() as session:
        return [str(fault) for fault in keep.verify(session, now=now)]


def put_everywhere(house: Path, number: int, data: bytes) -> None:
    """Lay a file under a round's name into every store, as one who can write them all would."""
    for store in stores():
        path = house / "archive/stores" / store.name / key_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)


def round_in_store(number: int = 1) -> Round:
    """Return a round as a store has it."""
    return parse(read_whole(stores()[0], key_of(number)), "a store")
