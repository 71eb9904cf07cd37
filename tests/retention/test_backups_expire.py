"""A destruction knows of backups: each has its day, is overwritten on it, and a second receipt says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html
from retention_town import BINH, NOW, Town
from sqlalchemy import select
from typer.testing import CliRunner

from archive.cli import load
from archive.custody import store_holders, target_of
from archive.errors import NotFoundError
from archive.holders import Erasure, Holder, Target
from archive.promises import owed
from archive.register.backups import BackupSet, BackupState
from archive.register.decisions import Receipt
from archive.register.session import reading
from operations import doctor
from operations.backups import contents, expiry, make
from operations.backups.expiry import expire
from operations.backups.holder import NAME, Backups, word
from operations.backups.records import Life, holds
from operations.errors import DrillError
from retention.destruction import execute
from retention.dossier import gather
from retention.papers.certificate import page

DAY = timedelta(days=1)
LAST = NOW + 35 * DAY
"""The day of a backup made now."""


@pytest.fixture(autouse=True)
def _no_papers(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_OPERATIONS__HOME", str(house))


def receipt(order_id: str, case_file_id: str) -> Receipt:
    with reading() as session:
        return session.get_one(Receipt, (order_id, case_file_id, NAME))


def state_of(number: str) -> str:
    with reading() as session:
        return session.get_one(BackupSet, number).state


@pytest.mark.parametrize(
    ("begun", "event", "life", "there"),
    [
        (10, 12, Life(came=5), True),
        (10, 12, Life(came=12), True),
        (10, 12, Life(came=13), False),  # received after the backup
        (10, 12, Life(came=5, went=12), False),  # a tombstone already
        (10, 12, Life(came=5, went=13), True),
        (10, 0, Life(came=99), True),  # being made, or killed: it may hold whatever there is
        (10, 0, Life(came=5, went=9), False),
        (10, 0, Life(came=5, went=11), True),
        (10, 12, Life(came=0), True),  # nothing is known of it: asked too often is better than not
    ],
)
def test_which_backups_hold_a_case_file(begun: int, event: int, life: Life, there: bool) -> None:
    assert holds(begun, event, life) == there


def test_what_came_while_a_backup_was_copied_may_be_in_it() -> None:
    assert holds(10, 12, Life(came=13), kept_seq=14)  # after the register, before the index
    assert not holds(10, 12, Life(came=15), kept_seq=14)
    assert not holds(10, 12, Life(came=5, went=12), kept_seq=14)  # a tombstone in the register


def test_a_case_file_received_while_a_backup_is_copied_is_said_to_be_in_it(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[str] = []
    # The papers are copied last.
    monkeypatch.setattr(contents, "_papers", lambda into: meanwhile.append(town.store("01")))
    made = make.make(tmp_path / "b1", now=NOW)
    after = town.store("02")
    with reading() as session:
        held, none = (word(session, target_of(session, one), NOW) for one in (*meanwhile, after))
    assert (held.gone, held.what) == (False, f"backups {made.number} (2026-04-06)")
    assert (none.gone, none.what) == (True, "nothing")


def test_a_backup_is_for_its_owner_alone_also_in_a_folder_that_was_open(town: Town, tmp_path: Path) -> None:
    town.store("01")
    (tmp_path / "b1").mkdir()
    (tmp_path / "b1").chmod(0o755)
    for name in ("b1", "b2"):
        make.make(tmp_path / name, now=NOW)
        found = [tmp_path / name, *(tmp_path / name).rglob("*")]
        assert contents.MANIFEST in [path.name for path in found]
        assert [path for path in found if path.stat().st_mode & 0o077] == []


def test_a_destruction_names_each_living_backup_and_the_second_receipt_comes_when_they_are_gone(
    town: Town, tmp_path: Path
) -> None:
    before = town.store("01")
    first = make.make(tmp_path / "b1", now=NOW)
    assert (first.number, first.expires_on) == ("SL-2026-0001", date(2026, 4, 6))
    after = town.store("02")
    order_id = town.ordered(before, after)
    outcome = execute(order_id, viewer=BINH, now=NOW)
    assert outcome.finished and outcome.count("done") == 2
    held, none = receipt(order_id, before), receipt(order_id, after)
    assert (held.gone, held.what) == (False, "backups SL-2026-0001 (2026-04-06)")
    assert held.expires_on == date(2026, 4, 6)
    assert (none.gone, none.what) == (True, "nothing"), "it came after the backup"
    assert [(one.holder, one.by) for one in owed()] == [(NAME, date(2026, 4, 6))]
    with reading() as session:
        told = " ".join(html.fromstring(page(gather(session, order_id))).text_content().split())
    assert "Bộ sao lưu SL-2026-0001" in told and "Còn; phải hết chậm nhất ngày 06/04/2026" in told

    second = make.make(tmp_path / "b2", now=NOW + 10 * DAY)  # holds its tombstone only
    assert expire(now=LAST - DAY).erased == ()
    assert (tmp_path / "b1" / contents.MANIFEST).exists()
    done = expire(now=LAST)
    assert (done.erased, done.troubles, done.owed) == (("SL-2026-0001",), (), 0)
    assert not (tmp_path / "b1").exists()
    assert (tmp_path / "b2" / contents.MANIFEST).exists() and state_of(second.number) == BackupState.KEPT
    gone = receipt(order_id, before)
    assert (gone.gone, gone.what) == (True, "backups SL-2026-0001")
    assert owed() == []


class BacksUp:
    """A place whose erasing takes so long that somebody makes a backup meanwhile."""

    name = "index"

    def __init__(self, into: Path) -> None:
        self.into = into

    def erase(self, target: Target) -> Erasure:
        make.make(self.into, now=NOW)
        return Erasure(self.name, "nothing", "not applicable", datetime.now(UTC), gone=True)


def test_a_backup_made_while_a_case_file_is_erased_is_on_its_receipt(town: Town, tmp_path: Path) -> None:
    case_file_id = town.store("01")
    order_id = town.ordered(case_file_id)
    ask: Sequence[Holder] = [Backups(), BacksUp(tmp_path / "b1"), *store_holders()]  # asked in this order
    assert execute(order_id, viewer=BINH, now=NOW, ask=ask).finished
    held = receipt(order_id, case_file_id)
    assert (held.gone, held.what) == (False, "backups SL-2026-0001 (2026-04-06)")
    assert expire(now=LAST).owed == 0


def test_a_backup_that_was_killed_counts_and_is_erased_by_the_next_run(
    town: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_child: Callable[[Callable[[], object]], int],
) -> None:
    case_file_id = town.store("01")

    def die(place: Path, number: str, *, now: datetime) -> None:
        (place / contents.REGISTER).write_bytes(b"half of it")
        os._exit(137)

    monkeypatch.setattr(contents, "write", die)
    assert in_child(lambda: make.make(tmp_path / "b1", now=NOW)) == 137
    with reading() as session:
        said = word(session, target_of(session, case_file_id), NOW)
    assert said.what.startswith("backups SL-2026-0001") and not said.gone
    assert expire(now=NOW).erased == ("SL-2026-0001",)
    assert not (tmp_path / "b1").exists()


def test_a_backup_that_fails_leaves_nothing_behind(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(place: Path, number: str, *, now: datetime) -> None:
        (place / contents.REGISTER).write_bytes(b"half of it")
        raise DrillError("pg_dump ended with code 1")

    monkeypatch.setattr(contents, "write", fail)
    with pytest.raises(DrillError, match="pg_dump"):
        make.make(tmp_path / "b1", now=NOW)
    assert not (tmp_path / "b1").exists()
    assert state_of("SL-2026-0001") == BackupState.ERASED


def test_a_backup_that_is_not_where_it_was_is_not_called_gone(town: Town, tmp_path: Path) -> None:
    order_id = town.ordered(case_file_id := town.store("01"))
    make.make(tmp_path / "b1", now=NOW)
    assert execute(order_id, viewer=BINH, now=NOW).finished
    (tmp_path / "b1").rename(tmp_path / "elsewhere")
    done = expire(now=LAST + DAY)
    assert done.erased == () and "is not in" in done.troubles[0] and done.owed == 1
    (sign,) = doctor.backups(LAST + 2 * DAY)
    assert (sign.well, "SL-2026-0001" in sign.found) == (False, True)
    # Another one's folder in its place is not touched.
    (tmp_path / "b1").mkdir()
    (tmp_path / "b1" / contents.MARK).write_text("SL-2019-0007\n")
    (tmp_path / "b1" / "other").write_text("of somebody else")
    assert "another backup" in expire(now=LAST + DAY).troubles[0]
    assert (tmp_path / "b1" / "other").exists()
    run = CliRunner().invoke(
        load(), ["backups", "destroyed", "SL-2026-0001", "--document", "8/BB", "--as", "a"]
    )
    assert run.exit_code == 0, run.output
    assert receipt(order_id, case_file_id).gone
    with pytest.raises(NotFoundError):
        expiry.destroyed("SL-2026-0001", document="8/BB", actor="a", now=NOW)


def test_killed_between_overwriting_and_saying_so_the_next_run_says_so(town: Town, tmp_path: Path) -> None:
    make.make(tmp_path / "b1", now=NOW)
    expiry._wipe(tmp_path / "b1")
    assert [path.name for path in (tmp_path / "b1").iterdir()] == [contents.MARK]
    assert expire(now=LAST).erased == ("SL-2026-0001",)
    assert not (tmp_path / "b1").exists()


def test_the_day_of_a_backup_is_set_by_policy(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANGTHU_OPERATIONS__BACKUP_DAYS", "3")
    assert make.make(tmp_path / "b1", now=NOW).expires_on == date(2026, 3, 5)
    with reading() as session:
        assert session.scalars(select(BackupSet.expires_on)).all() == [date(2026, 3, 5)]
