"""Backup and drill on both databases: pg_dump of the very moment whose digest stands in the manifest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from archive.media.records import unwritten_minutes
from archive.register.agreements import Minutes, MinutesCopy
from archive.register.models import CaseFile, Copy, CopyState
from archive.register.session import reading, transaction
from archive.rolling.lost import Told, count_lost, lost
from ingest.rescan.found import count_infected, infected
from operations.backups.contents import DUMP
from operations.backups.make import make
from operations.drill import run as drills
from tests.archive.vault_builders import a_case_file, minuted
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


def test_what_is_lost_and_what_media_lack_is_listed_on_both_databases(both: Path) -> None:
    a_case_file().kept(both / "work")
    paper = minuted(both, "bb-1")
    with transaction() as session:
        for kind in (Copy, MinutesCopy):
            session.execute(update(kind).values(state=CopyState.MISSING))
    with reading() as session:
        found = [(one.kind, one.name) for one in lost(session)]
        assert found == [("package", a_case_file().facts().name), ("minutes", paper)]
        assert lost(session, 1, offset=1)[0].name == paper
        only = Told(CaseFile.access == "02", Minutes.agency_code == "H37")
        assert [one.name for one in lost(session, only=only)] == [paper]
        assert (count_lost(session), count_lost(session, only=only)) == (2, 1)
        assert (infected(session), count_infected(session, only=CaseFile.access == "01")) == ([], 0)
        assert list(unwritten_minutes(session, copies=1)) == [], "no store is known to have it"
