"""A vault with packages that need evidence, and what is wrong with the evidence it has."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from archive.evidence import keep
from archive.ledger.seal import seal
from archive.register.session import reading, transaction
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
