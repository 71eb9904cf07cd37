"""Returned, sent again, stored, destroyed: nothing but its tombstone is anywhere, nor in the dossier of its end."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deliveries import GIA_LAI, a_good_case_file, a_report, packed, rewritten, row_of, send
from destroying import close, destroy, held, read_on
from sqlalchemy import select

from archive.ledger.seal import seal
from archive.rebuild import rebuild
from archive.register.models import CaseFile, Outbox, Submission
from archive.register.session import engine, reading, transaction
from archive.viewer import Role, Viewer
from ingest import pipeline, quarantine
from search.query import search

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

WORDS = ("Xuyenchi", "Thuyenquang", "Ngocbich")
"""Stand in a document's subject, in the name of its file, and in a field that is wrong; in no title and no code."""


def test_nothing_is_left_of_what_was_returned_first(
    town: Path, made_by_migrations: None, tmp_path: Path
) -> None:
    old = tmp_path / "old.db"
    plan = a_good_case_file("88.TH", "Hồ sơ giao ban tuần năm 2020").kept_for("5 năm")
    report = a_report().about(f"Báo cáo về việc {WORDS[0]}")
    good = packed(plan.with_document(report), tmp_path / "good" / "sip.zip")
    wrong = packed(
        plan.with_document(report.wrongly(TypeName=f"Báo cáo {WORDS[2]}", IssuedDate=f"{WORDS[2]} 2020")),
        tmp_path / "wrong" / "sip.zip",
    )
    cut = tmp_path / "cut.zip"
    rewritten(wrong, cut, lambda name, data: data)  # the same, sent twice in other bytes
    with zipfile.ZipFile(cut, "a") as package:
        package.comment = b"again"

    returned = [
        send(path, message_id=f"m-{number}", name=f"{WORDS[1]}-{number}.zip")
        for number, path in enumerate((wrong, cut))
    ]
    for one in returned:
        assert pipeline.advance(one) == "returned"
        assert any(WORDS[2] in str(finding.params) for finding in row_of(one).findings)
        assert quarantine.raw(one).exists()
    with reading() as session:
        assert any(WORDS[2] in row.reason for row in session.scalars(select(Outbox)))

    stored = send(good, message_id="m-9", name=f"{WORDS[1]}.zip")
    assert pipeline.advance(stored) == "stored", [(f.code, f.place) for f in row_of(stored).findings]
    assert row_of(stored).file_name == f"{WORDS[1]}.zip"
    read_on()
    archivist = Viewer("lan", {GIA_LAI: frozenset({Role.ARCHIVIST})})
    assert search(WORDS[0], viewer=archivist).total
    engine().dispose()
    with (
        closing(sqlite3.connect(town / "archive/register.db")) as source,
        closing(sqlite3.connect(old)) as copy,
    ):
        source.backup(copy)
    dossier = close(destroy())

    with transaction() as session:
        seal(session, now=datetime.now(UTC))
    read_on()
    assert not search(WORDS[0], viewer=archivist).total
    with reading() as session:
        assert session.get_one(CaseFile, dossier).state == "stored"
        assert session.scalars(select(CaseFile.state).where(CaseFile.id != dossier)).all() == ["destroyed"]
        rows = session.scalars(select(Submission)).all()
        assert {row.state for row in rows} == {"returned", "stored"} and len(rows) == 3  # rows stay
    engine().dispose()
    left = {
        word: [str(path) for path in (town / "archive").rglob("*") if path.is_file() and held(path, word)]
        for word in WORDS
    }
    assert left == {word: [] for word in WORDS}
    assert rebuild().equal

    # Somebody puts the register of before the destruction back: the ledger in the stores knows better.
    engine().dispose()
    for file in (town / "archive").glob("register.db*"):
        file.unlink()
    shutil.copyfile(old, town / "archive/register.db")
    assert held(town / "archive/register.db", WORDS[2])
    report = rebuild()
    assert report.lost_register and report.troubles == ()
    with reading() as session:
        assert session.get_one(CaseFile, dossier).state == "stored"
        assert session.scalars(select(CaseFile.state).where(CaseFile.id != dossier)).all() == ["destroyed"]
    engine().dispose()
    again = [str(path) for path in (town / "archive").rglob("*") if path.is_file() and held(path, WORDS[2])]
    assert again == [], "what the machine had noted of the deliveries did not come back either"
