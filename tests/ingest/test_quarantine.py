"""Quarantine keeps bytes whole, refuses what is too large, and wipes what must not stay."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import TemporaryError
from archive.holders import Target
from archive.register.models import Submission, new_id
from archive.register.session import transaction
from archive.wiping import Wiped
from ingest import pipeline, quarantine
from ingest.errors import IngestError
from ingest.steps.step import Outcome, Verdict, Work
from ingest.tidying import tidy

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_what_arrives_is_kept_byte_for_byte_with_its_hash(house: Path) -> None:
    data = b"quyet dinh" * 300_000
    kept = quarantine.keep("s1", io.BytesIO(data), limit=10**9)
    assert quarantine.raw("s1").read_bytes() == data
    assert (kept.size, kept.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_what_is_kept_is_found_after_a_power_cut(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        real(descriptor)
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", noted)
    quarantine.keep("s1", io.BytesIO(b"x"), limit=100, name="hồ sơ.zip")
    place = quarantine.folder("s1").resolve()
    assert flushed == [place / "name", place / "raw", place, place.parent], "bytes first, then their names"
    assert quarantine.name_of("s1") == "hồ sơ.zip"


@pytest.mark.parametrize("size, fits", [(99, True), (100, True), (101, False)])
def test_the_limit_is_the_largest_size_that_fits(house: Path, size: int, fits: bool) -> None:
    if fits:
        assert quarantine.keep("s1", io.BytesIO(b"x" * size), limit=100).size == size
        return
    with pytest.raises(IngestError, match="larger than 100 bytes"):
        quarantine.keep("s1", io.BytesIO(b"x" * size), limit=100)
    assert not quarantine.folder("s1").exists()


def test_a_disk_that_cannot_be_written_is_a_temporary_error(house: Path) -> None:
    (house / "archive").mkdir(exist_ok=True)
    (house / "archive" / "quarantine").write_text("a file where the folder should be")
    with pytest.raises(TemporaryError, match="cannot be written"):
        quarantine.keep("s1", io.BytesIO(b"x"), limit=100)


def test_wiping_overwrites_before_it_removes(house: Path) -> None:
    quarantine.keep("s1", io.BytesIO(b"TOI MAT" * 1000), limit=10**6)
    (quarantine.work("s1") / "page.txt").write_bytes(b"TOI MAT")
    second_name = house / "same-bytes"
    second_name.hardlink_to(quarantine.raw("s1"))  # the disk's own view of the same bytes
    assert quarantine.wipe("s1") == Wiped(files=2, size=7007)
    assert not quarantine.folder("s1").exists()
    assert second_name.read_bytes() == bytes(7000)


def test_what_is_stored_elsewhere_is_overwritten_too(house: Path) -> None:
    quarantine.keep("s1", io.BytesIO(b"HO SO" * 1000), limit=10**6)
    second_name = house / "same-bytes"
    second_name.hardlink_to(quarantine.raw("s1"))
    quarantine.drop("s1")
    assert not quarantine.folder("s1").exists()
    assert second_name.read_bytes() == bytes(5000)


def an_accepted() -> str:
    """Return the id of an accepted submission whose bytes lie in quarantine."""
    with transaction() as session:
        row = Submission(
            agency_code="a",
            message_id="m",
            sha256="0" * 64,
            size=1,
            kind="sip",
            received_at=NOW,
            state="accepted",
        )
        session.add(row)
        session.flush()
        id = row.id
    quarantine.keep(id, io.BytesIO(b"HO SO" * 1000), limit=10**6)
    return id


def test_a_stored_delivery_is_wiped_when_the_pipeline_ends(house: Path) -> None:
    id = an_accepted()
    second_name = house / "same-bytes"
    second_name.hardlink_to(quarantine.raw(id))
    steps = {name: (lambda work, now: Outcome()) for name in pipeline.STEPS}
    steps["keep"] = lambda work, now: Outcome(Verdict.STORED)
    assert pipeline.advance(id, steps=steps) == "stored"
    assert not quarantine.folder(id).exists()
    assert second_name.read_bytes() == bytes(5000)


@pytest.mark.parametrize("trouble", [None, TemporaryError("the store is full"), OSError("gone")])
def test_what_a_worker_believed_dead_wrote_after_the_storing_is_wiped(
    house: Path, trouble: Exception | None
) -> None:
    id = an_accepted()

    def overtaken(work: Work, now: datetime) -> Outcome:
        with transaction() as session:
            row = session.get_one(Submission, id)
            row.state, row.lease_owner, row.lease_until = "stored", "", None
        quarantine.drop(id)
        (quarantine.work(id) / "page.pdf").write_bytes(b"HO SO")
        if trouble:
            raise trouble
        return Outcome()

    steps = {name: (lambda work, now: Outcome()) for name in pipeline.STEPS}
    steps["normalise"] = overtaken
    if isinstance(trouble, OSError):
        with pytest.raises(OSError, match="gone"):
            pipeline.advance(id, steps=steps)
    else:
        assert pipeline.advance(id, steps=steps) == "busy"
    assert not quarantine.folder(id).exists()


def a_returned(days: int, state: str = "returned", *, decided: bool = True, mends: str = "") -> str:
    with transaction() as session:
        row = Submission(
            agency_code="a",
            message_id=new_id(),
            sha256="0" * 64,
            size=1,
            kind="sip",
            state=state,
            received_at=NOW - timedelta(days=days + 30),
            decided_at=NOW - timedelta(days=days) if decided else None,
            mends=mends or None,
        )
        session.add(row)
        session.flush()
        quarantine.keep(row.id, io.BytesIO(b"x"), limit=10)
        return row.id


@pytest.mark.parametrize(
    ("days", "state", "there"),
    [
        (179, "returned", True),
        (181, "returned", False),
        (181, "refused", False),
        (181, "to-decide", True),
        (181, "received", True),
    ],
)
def test_the_bytes_of_what_went_back_are_kept_for_their_term_and_then_wiped(
    house: Path, days: int, state: str, there: bool
) -> None:
    one = a_returned(days, state)
    tidy(now=NOW)
    assert quarantine.folder(one).exists() is there


def test_the_term_is_a_setting(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANGTHU_INGEST__RETURNED_KEPT_DAYS", "10")
    one, two = a_returned(9), a_returned(11)
    assert tidy(now=NOW) == 1
    assert (quarantine.folder(one).exists(), quarantine.folder(two).exists()) == (True, False)


def test_what_is_being_mended_is_kept_past_its_term(house: Path) -> None:
    one = a_returned(500)
    a_returned(0, "checking", decided=False, mends=one)
    tidy(now=NOW)
    assert quarantine.folder(one).exists()


def test_the_holder_says_what_it_had_and_that_it_is_gone(house: Path) -> None:
    quarantine.keep("s1", io.BytesIO(b"x" * 10), limit=100)
    target = Target("c1", "code", ("s1", "s2"), ())
    first, second = quarantine.QuarantineHolder().erase(target), quarantine.QuarantineHolder().erase(target)
    assert (first.what, first.gone, second.what, second.gone) == ("1 files, 10 bytes", True, "nothing", True)
    assert first.at <= datetime.now(UTC)
