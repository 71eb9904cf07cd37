"""Backup and drill on both databases: pg_dump of the very moment whose digest stands in the manifest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from operations.backups.contents import DUMP
from operations.backups.make import make
from operations.drill import run as drills
from tests.archive.vault_builders import a_case_file
from tests.services.postgres_cluster import database

pytestmark = pytest.mark.service


def test_a_backup_is_restored_equal_on_both_databases(
    both: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(both))
    monkeypatch.setattr(drills, "print_pdfa", lambda html, title: html.encode())
    a_case_file().kept(both / "work")
    made = make(both / "backup", now=datetime.now(UTC)).backup
    a_case_file().with_(code="later.2014.QD").kept(both / "work")
    if DUMP not in made.files:
        done = drills.drill(both / "empty", actor="lan", backup=both / "backup")
    else:
        with database(request.getfixturevalue("postgres"), "drilled") as address:
            done = drills.drill(both / "empty", actor="lan", backup=both / "backup", register_url=address)
    assert done.equal, done.facts()
    assert next(one.after for one in done.compared if one.name == "digest") == made.state.digest
    assert [one["good"] for one in done.samples] == [True]


def test_a_register_on_either_database_is_made_again_from_the_stores(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(both))
    monkeypatch.setattr(drills, "print_pdfa", lambda html, title: html.encode())
    a_case_file().kept(both / "work")
    done = drills.drill(both / "empty", actor="lan")
    assert done.equal, done.facts()
