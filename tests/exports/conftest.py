"""A house with three case files kept: two permanent, one for ten years."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.register.base import Base
from archive.register.migrate import upgrade
from archive.register.projection import apply
from archive.register.session import engine, transaction
from archive.settings import ArchiveSettings
from tests.archive.vault_builders import NOW, a_case_file

CODES = ("01.2014.QD", "02.2014.QD", "03.2014.TAM")


def set_retention(case_file_id: str, *, permanent: bool) -> None:
    with transaction() as session:
        payload = {
            "permanent": permanent,
            "retention_years": None if permanent else 10,
            "last_day": None if permanent else "2024-12-31",
            "eligible_from": None if permanent else "2025-01-01",
            "basis": {},
        }
        event = append(
            session,
            Verb.RETENTION_SET,
            actor="system:retention",
            kind="case-file",
            id=case_file_id,
            payload=payload,
            now=NOW,
        )
        apply(session, event)


@pytest.fixture
def kept(house: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Case file ids by code; the last one is not permanent."""
    if not (ArchiveSettings.load().tools_home / "schemas" / "premis.xsd").is_file():
        pytest.skip("no XML schemas; `make setup` fetches them")
    monkeypatch.setenv("TANGTHU_EXPORTS__INBOX", str(house / "historical" / "inbox"))
    Base.metadata.drop_all(engine())
    upgrade(engine())  # as in the house itself; a rebuild looks for the version
    ids = {code: a_case_file().with_(code=code).kept(house / "work") for code in CODES}
    for code, case_file_id in ids.items():
        set_retention(case_file_id, permanent=not code.endswith("TAM"))
    return ids
