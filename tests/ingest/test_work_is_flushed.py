"""What a step wrote is on the disk before the register says that the step is done: a power cut must not lose it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import flushing
from archive.register.models import StepResult, Submission
from archive.register.session import reading, transaction
from ingest import pipeline
from ingest.steps.step import Outcome, Verdict, Work

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.fixture
def submission(house: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with transaction() as session:
        row = Submission(
            agency_code="000.00.01.H37", message_id="m", sha256="0" * 64, size=1, kind="sip", received_at=NOW
        )
        session.add(row)
        session.flush()
        return row.id


def writes(work: Work, _now: datetime) -> Outcome:
    """Write two files, one of them in a folder of its own."""
    (work.folder / "unpacked").mkdir()
    (work.folder / "unpacked" / "0001").write_bytes(b"x")
    (work.folder / "facts.json").write_bytes(b"{}")
    return Outcome()


def waits(_work: Work, _now: datetime) -> Outcome:
    """Write nothing."""
    return Outcome(Verdict.WAIT)


STEPS = {**pipeline.STEPS, "unpack": writes, "join": waits}


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The names of what was brought down to the disk, and how many steps were recorded by then."""
    names: list[tuple[str, int]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        with reading() as session:
            recorded = session.query(StepResult).count()
        names.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, recorded))
        real(descriptor)

    monkeypatch.setattr(flushing.os, "fsync", fsync)
    return names


def test_files_and_folders_are_on_the_disk_before_the_step_is_recorded(
    submission: str, flushed: list[tuple[str, int]]
) -> None:
    pipeline.advance(submission, steps=STEPS)
    with reading() as session:
        assert [row.step for row in session.query(StepResult)] == ["unpack"]
    before = sorted(name for name, recorded in flushed if recorded == 0)
    assert before == ["0001", "facts.json", "unpacked", "work"]


def test_a_disk_that_does_not_take_it_leaves_the_step_to_be_done_again(
    submission: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(flushing.os, "fsync", full)
    assert pipeline.advance(submission, steps=STEPS) == "waiting"
    with reading() as session:
        assert session.query(StepResult).count() == 0


def test_many_files_are_brought_down_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(flushing.MANY + 1):
        (tmp_path / str(number)).write_bytes(b"x")
    one_by_one: list[int] = []
    monkeypatch.setattr(flushing.os, "fsync", one_by_one.append)
    flushing.flush_changed(tmp_path, since=0)
    assert one_by_one == []


def test_what_was_there_before_is_not_flushed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_bytes(b"x")
    again: list[int] = []
    monkeypatch.setattr(flushing.os, "fsync", again.append)
    flushing.flush_changed(tmp_path, since=datetime.now(UTC).timestamp() + 60)
    assert again == []
