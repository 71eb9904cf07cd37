"""The other side of the line killed at every moment: nothing is lost, nothing comes twice, the end is the same."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deliveries import ROOT
from sqlalchemy import select

from archive.errors import TemporaryError
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.patience import Patience
from archive.register.models import Outbox, Submission
from archive.register.session import reading
from ingest import outbox, quarantine
from ingest.fetching import fetch_all
from ingest.gateway.opening import opened
from ingest.gateway.simulator.post import Post
from tests.ingest.inbox_counterparts import HTTP_KINDS, http_settings, post

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

MOMENTS = ("listed", "opened", "cut", "untold", "told", "unkept", "kept")
NEVER = "never"
DATA = os.urandom(3_000_000)
PATIENT = timedelta(hours=1)


@contextmanager
def simulator(folder: Path, port: int, moment: str) -> Iterator[subprocess.Popen[str]]:
    """Run it in a process of its own; killed at the moment, or with the block."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "e2e" / "killer_simulator.py"), str(folder), str(port), moment],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http")
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def a_round(settings: Any, now: datetime) -> None:
    """Do what the house does in one turn: take in what waits, send what is owed; a line that breaks ends the turn."""
    with opened(settings) as inbox:
        try:
            fetch_all(inbox, now=now, patience=Patience(timedelta(seconds=1), PATIENT))
        except TemporaryError:
            return
    outbox.send_all(now)


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        (kind, moment)
        for kind in HTTP_KINDS
        for moment in (MOMENTS if kind == HTTP_KINDS[0] else ("cut", "told", "kept"))
    ],
)
def test_killed_at_a_moment_everything_comes_once_and_is_answered(
    house: Path, monkeypatch: pytest.MonkeyPatch, kind: str, moment: str
) -> None:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    folder, port = house / "ngoai", free_port()
    folder.mkdir()
    settings = http_settings(kind, f"http://127.0.0.1:{port}", house, read_seconds=10)
    monkeypatch.setenv("TANGTHU_INGEST__INBOXES", f"[{settings.model_dump_json()}]")
    ids = [post(folder, number, "sip", DATA + bytes([number])) for number in (1, 2)]
    now = datetime.now(UTC)
    with simulator(folder, port, moment) as process:
        a_round(settings, now)
        assert process.wait(30) == -9, "the moment never came"
    half = Post(folder).acknowledged()
    with reading() as session:
        stored = set(session.scalars(select(Submission.message_id)))
    assert {doc for doc, said in half.items() if said == "done"} <= stored, "done only after it is stored"
    with simulator(folder, port, NEVER):
        for turn in range(1, 4):
            a_round(settings, now + turn * PATIENT)
    with reading() as session:
        rows = session.scalars(select(Submission).order_by(Submission.message_id)).all()
        ingested = session.scalars(select(EventRow).where(EventRow.verb == Verb.INGEST)).all()
        owed = session.scalars(select(Outbox)).all()
        assert [row.message_id for row in rows] == ids
        assert len(ingested) == 2
        for number, row in enumerate(rows, 1):
            kept = quarantine.raw(row.id).read_bytes()
            assert kept == DATA + bytes([number])
            assert row.sha256 == hashlib.sha256(kept).hexdigest()
        assert [(one.status, one.sent_at is not None) for one in owed] == [("01", True)] * 2
    assert Post(folder).acknowledged() == dict.fromkeys(ids, "done")
    came = [row["status"] for row in Post(folder).rows("statuses.jsonl")]
    # What was kept and not answered is sent again: at least once, and never more than the one time the line broke.
    assert came == ["01"] * (3 if moment == "kept" else 2)
