"""Backup and drill: what is restored is what was there, a difference is told, and the stores are only read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from archive.cli import load
from archive.copies import stores
from archive.depositing import deposit
from archive.ledger.append import read
from archive.ledger.event import Verb
from archive.ledger.follow import follow
from archive.register import session as sessions
from archive.register.migrate import upgrade
from archive.register.models import CaseFile, Record
from archive.register.session import reading, transaction
from operations.backups import contents as backups
from operations.backups.make import make
from operations.backups.state import State, compare, left_out
from operations.drill import run as drills
from operations.drill.minutes import page
from operations.drill.only_read import OnlyRead
from operations.drill.outcome import Drill
from operations.errors import DrillError
from operations.procession import Wanted, people_at, walk
from retention.destruction import execute
from retention.follower import follower
from search import index
from tests.archive.vault_builders import AGENCY, a_case_file

NOW = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def app():  # type: ignore[no-untyped-def]
    return load()


@pytest.fixture
def lived_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A house with three case files in its stores and in its index; the minutes are printed as a plain file."""
    monkeypatch.setenv("TANGTHU_CONFIG", str(tmp_path / "tangthu.toml"))
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(tmp_path / "archive"))
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(tmp_path))
    (tmp_path / "archive").mkdir()
    upgrade(sessions.engine())
    for number in range(3):
        a_case_file().with_(code=f"{number:02d}.2014.QD").kept(tmp_path / "work")
    index.rebuild()
    monkeypatch.setattr(drills, "print_pdfa", lambda html, title: html.encode())
    yield tmp_path
    sessions.engine().dispose()
    sessions._engine.cache_clear()


def what_lies_there(house: Path) -> dict[str, bytes]:
    root = house / "archive/stores"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_restore_from_the_stores_alone_is_equal_and_leaves_them_as_they_are(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    into = lived_in / "empty"
    said = CliRunner().invoke(app, ["drill", "--into", str(into), "--as", "lan", "--json"])
    assert said.exit_code == 0, said.output
    facts = json.loads(said.stdout)
    assert facts["equal"]
    compared = {one["name"]: one for one in facts["compared"]}
    assert {"digest", "chain", "event", "index", "count case-files", "count components"} <= set(compared)
    assert compared["count case-files"]["after"] == "3"
    assert [one["good"] for one in facts["samples"]] == [True] * 3
    minutes = (into / drills.MINUTES).read_text("utf-8")
    assert "khớp hoàn toàn" in minutes
    assert [path.name for path in into.iterdir()] == [drills.MINUTES], "no destruction knows of the rest"
    assert into.stat().st_mode & 0o777 == 0o700, "what is restored is for its owner alone"
    with reading() as session:
        event = next(event for event in read(session) if event.verb is Verb.RESTORE)
    assert (event.actor, event.payload["equal"], event.payload["samples"]) == ("lan", True, 3)
    assert event.payload["not_compared"] == []


def test_the_restoring_half_writes_nothing_into_the_stores(lived_in: Path) -> None:
    drills._living(NOW)
    before = what_lies_there(lived_in)
    drills._restore(lived_in / "empty", None, 3, "", 99)
    assert what_lies_there(lived_in) == before
    (store, *_) = stores()
    for change in (lambda s: s.put("a", Path("a")), lambda s: s.erase("a"), lambda s: s.quarantine("a")):
        with pytest.raises(DrillError, match="changes nothing"):
            change(OnlyRead(store))


def test_a_package_that_is_in_no_store_any_more_makes_the_drill_fail(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    name = next(name for name in stores()[0].names() if name.endswith(".zip"))
    for store in ("kho-a", "kho-b", "kho-c"):
        (lived_in / "archive/stores" / store / name).unlink()
    said = CliRunner().invoke(app, ["drill", "--into", str(lived_in / "empty"), "--json"])
    assert said.exit_code == 1, said.output
    facts = json.loads(said.stdout)
    assert f"in no store: {name}" in facts["faults"]
    assert not facts["equal"]
    assert {one["name"] for one in facts["compared"] if not one["equal"]} >= {"digest", "count components"}
    assert [one["name"] for one in facts["samples"] if not one["good"]] == [name]
    assert "KHÔNG khớp" in (lived_in / "empty" / drills.MINUTES).read_text("utf-8")


def test_a_backup_is_restored_equal_and_a_damaged_one_is_refused(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    kept = lived_in / "backup"
    said = CliRunner().invoke(app, ["backup", "--into", str(kept), "--json"])
    assert said.exit_code == 0, said.output
    a_case_file().with_(code="later.2014.QD").kept(lived_in / "work")  # the archive goes on
    said = CliRunner().invoke(
        app, ["drill", "--into", str(lived_in / "empty"), "--from", str(kept), "--keep", "--json"]
    )
    assert said.exit_code == 0, said.output
    facts = json.loads(said.stdout)
    assert {one["name"]: one["after"] for one in facts["compared"]}["count case-files"] == "3"
    assert (lived_in / "empty/archive/search.db").exists()
    with (kept / backups.REGISTER).open("r+b") as file:
        file.seek(5000)
        file.write(b"spoilt")
    with pytest.raises(DrillError, match="not what was backed up"):
        backups.read(kept)
    with reading() as session:
        verbs = [event.verb for event in read(session)]
    assert (verbs.count(Verb.BACKUP), verbs.count(Verb.RESTORE)) == (2, 1)  # begun and whole; tried


def destroyed(case_file_id: str) -> None:
    """Have a case file destroyed as people do it: listed, voted on, decided, carried out by somebody else."""
    follow(follower)
    people = people_at(AGENCY, archivist="lan", voters=("h1", "h2", "h3"), head="mai", executor="binh")
    with transaction() as session:
        wanted = Wanted(AGENCY, [case_file_id], "12/QĐ", NOW.date())
        order_id = walk(session, wanted, people, now=NOW).order_id
    done = execute(order_id, viewer=people.executor, now=NOW)
    assert done.finished and done.count("done") == 1, done


def held(folder: Path, words: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_an_older_backup_does_not_bring_a_destroyed_case_file_back(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    gone, stays = (a_case_file().with_(code=f"{number}.2014.QD") for number in ("00", "01"))
    secret = a_case_file().with_(code="77.2014.QD", secret_subject="Về việc Xuyenchi")
    secret.kept(lived_in / "work")
    index.rebuild()
    kept = lived_in / "backup"
    make(kept, now=NOW)
    assert held(kept, "Xuyenchi"), "the backup is of before, and holds it"
    destroyed(secret.id)
    new = a_case_file().with_(code="78.2014.QD")
    new.kept(lived_in / "work")
    destroyed(gone.id)  # seals what was stored before it too
    into = lived_in / "empty"
    said = CliRunner().invoke(app, ["drill", "--into", str(into), "--from", str(kept), "--keep", "--json"])
    facts = json.loads(said.stdout)
    assert said.exit_code == 0, (facts["faults"], [one for one in facts["compared"] if not one["equal"]])
    assert facts["destroyed_since"] == 2 and facts["applied"] > 4
    assert held(into, "Xuyenchi") == [], (
        "neither in the register nor in the index nor in what was deleted in them"
    )
    restored = sessions.connect(f"sqlite:///{into / 'archive' / backups.REGISTER}")
    with reading(on=restored) as session:
        states = {row.id: str(row.state) for row in session.scalars(select(CaseFile))}
        records = set(session.scalars(select(Record.case_file_id)))
    restored.dispose()
    assert (states[secret.id], states[gone.id], states[stays.id]) == ("destroyed", "destroyed", "stored")
    assert states[new.id] == "stored", "what came after the backup is there too"
    assert records.isdisjoint({secret.id, gone.id}) and {stays.id, new.id} <= records
    assert "2 hồ sơ đã tiêu hủy từ đó" in (into / drills.MINUTES).read_text("utf-8")


def test_without_a_store_nothing_is_restored_and_nothing_is_left(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    make(lived_in / "backup", now=NOW)
    stores = lived_in / "archive/stores"
    (lived_in / "tangthu.toml").write_text(
        "[archive]\n"
        + "".join(
            f'[[archive.stores]]\nname = "{n}"\npath = "{stores / n}"\n' for n in ("kho-a", "kho-b", "kho-c")
        )
    )
    stores.rename(lived_in / "unplugged")
    into = lived_in / "empty"
    with pytest.raises(DrillError, match="no store answers"):
        drills.drill(into, actor="lan", backup=lived_in / "backup", keep=True)
    assert list(into.iterdir()) == [], "what was destroyed since might have been in it"


def test_nothing_is_restored_or_backed_up_over_what_is_there(lived_in: Path) -> None:
    (lived_in / "full").mkdir()
    (lived_in / "full" / "a").write_text("b")
    with pytest.raises(DrillError, match="not empty"):
        drills.drill(lived_in / "full", actor="lan")
    with pytest.raises(DrillError, match="not empty"):
        make(lived_in / "full", now=NOW)


THEN = State(10, "d", 2, "c", {"packages": 3}, 9, "i")


@pytest.mark.parametrize(
    ("changed", "unequal"),
    [
        ({}, set()),
        ({"digest": "x"}, {"digest"}),
        ({"chain": "x"}, {"chain"}),
        ({"event": 9}, {"event"}),
        ({"event": 11, "counts": {"packages": 4}, "index_documents": 12}, set()),
        ({"event": 11, "digest": "x"}, {"digest"}),
        ({"counts": {"packages": 2}}, {"count packages"}),
        ({"index_digest": "x"}, {"index"}),
    ],
)
def test_what_is_not_the_same_is_named(changed: dict[str, object], unequal: set[str]) -> None:
    after = replace(THEN, **changed)  # type: ignore[arg-type]
    assert {one.name for one in compare(THEN, after) if not one.equal} == unequal


def test_what_was_not_compared_is_named_and_not_called_equal() -> None:
    went_on = compare(THEN, replace(THEN, event=11))
    assert left_out(THEN, went_on) == ["event", "count packages", "index"]
    assert left_out(THEN, compare(THEN, THEN)) == []
    unseen = replace(THEN, index_documents=0, index_digest="")
    assert left_out(unseen, compare(unseen, unseen)) == ["index"]
    done = Drill(
        "stores", NOW, NOW, tuple(went_on), (), (), (), 1.5, "lan", ("kho-a",), not_compared=("index",)
    )
    assert done.equal
    assert "khớp hoàn toàn" not in page(done)
    assert "Không so sánh được" in page(done) and "Chỉ mục tìm kiếm" in page(done)
    assert "khớp hoàn toàn" in page(replace(done, not_compared=()))
    assert "KHÔNG khớp" in page(replace(done, adopted=("a/v0001.zip",)))


def test_a_package_without_an_event_makes_the_drill_fail(lived_in: Path, app) -> None:  # type: ignore[no-untyped-def]
    late = a_case_file().with_(code="late.2014.QD")
    written = late.written(lived_in / "work2")
    deposit(written.path, late.facts().name, written.sha256)
    said = CliRunner().invoke(app, ["drill", "--into", str(lived_in / "empty"), "--json"])
    assert said.exit_code == 1, said.output
    facts = json.loads(said.stdout)
    assert facts["adopted"] == [late.facts().name]
    assert "index" in facts["not_compared"]
    with reading() as session:
        event = next(event for event in read(session) if event.verb is Verb.RESTORE)
    assert event.payload["not_compared"] == facts["not_compared"], "the ledger says what the minutes say"
    assert "khớp hoàn toàn" not in (lived_in / "empty" / drills.MINUTES).read_text("utf-8")


def test_the_minutes_escape_every_word_from_outside() -> None:
    done = Drill(
        "<b>", NOW, NOW, (), ("<script>",), ({"name": "<i>", "store": "<u>", "good": False, "faults": ["<s>"]},),
        ("<a>",), 1.5, "<lan>", ("<kho>",),
    )  # fmt: skip
    html = page(done)
    for word in ("<script>", "<i>", "<u>", "<s>", "<a>", "<lan>", "<kho>", "<b></p>"):
        assert word not in html
    assert "1,5 giây" in html


def test_the_papers_of_the_portal_are_in_the_backup_and_come_back(
    lived_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transaction import abort
    from ZODB import DB
    from ZODB.FileStorage import FileStorage

    var = lived_in / "plone/var"
    (var / "filestorage").mkdir(parents=True)
    (var / "blobstorage/0x00").mkdir(parents=True)
    (var / "blobstorage/0x00/a.blob").write_bytes(b"blob")
    with DB(FileStorage(str(var / "filestorage/Data.fs"))).transaction() as connection:
        connection.root()["paper"] = "Danh mục hồ sơ hết giá trị"
    abort()
    make(lived_in / "backup", now=NOW)
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(lived_in / "empty/archive"))
    (lived_in / "empty/archive").mkdir(parents=True)
    backups.put_back(lived_in / "backup")
    monkeypatch.setenv("TANGTHU_ARCHIVE__DATA", str(lived_in / "archive"))
    assert (lived_in / "empty/plone/blobstorage/0x00/a.blob").read_bytes() == b"blob"
    restored = DB(FileStorage(str(lived_in / "empty/plone/Data.fs"), read_only=True))
    with restored.transaction() as connection:
        assert connection.root()["paper"] == "Danh mục hồ sơ hết giá trị"
    restored.close()
