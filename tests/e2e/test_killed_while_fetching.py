"""A fetch killed anywhere, by every way in: a transport never hears `done` before the bytes are safe; nothing twice."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deliveries import ROOT
from inbox_sides import ALL_KINDS, any_side
from sqlalchemy import select

from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.patience import Patience
from archive.register.models import Outbox, Submission
from archive.register.session import reading
from ingest import outbox, quarantine
from ingest.fetching import STALE_SECONDS, fetch_all
from ingest.gateway.opening import opened
from tests.ingest.inbox_counterparts import Counterpart

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SIP, XML = os.urandom(500_000), b"<edXML>" + b"x" * 100_000 + b"</edXML>"


@pytest.fixture(params=ALL_KINDS)
def side(
    request: pytest.FixtureRequest, house: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Counterpart]:
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    with any_side(request.param, house) as one:
        monkeypatch.setenv("TANGTHU_INGEST__INBOXES", f"[{one.settings.model_dump_json()}]")
        yield one


def killed(when: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "e2e" / "killer_between.py"), when],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr


def fetched(side: Counterpart) -> int:
    with opened(side.settings) as inbox:
        patience = Patience(timedelta(seconds=20), timedelta(minutes=30))
        return fetch_all(inbox, now=datetime.now(UTC), patience=patience)


def stored() -> dict[str, list[str]]:
    """Return message id -> hashes of what is ledgered, each checked against the bytes in quarantine."""
    found: dict[str, list[str]] = {}
    with reading() as session:
        for row in session.scalars(select(Submission)):
            events = session.scalars(
                select(EventRow).where(EventRow.object_id == row.id, EventRow.verb == Verb.INGEST)
            ).all()
            assert [event.after_sha256 for event in events] == [row.sha256]
            assert hashlib.sha256(quarantine.raw(row.id).read_bytes()).hexdigest() == row.sha256
            found.setdefault(row.message_id, []).append(row.sha256)
    return found


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("when", ["fetched", "stored", "told"])
def test_killed_between_two_acts_nothing_is_lost_and_nothing_is_twice(when: str, side: Counterpart) -> None:
    first, second = side.put("m1", "sip", SIP), side.put("m2", "edoc", XML)
    ids = {first: [sha(SIP)], second: [sha(XML)]}
    killed(when)
    half = stored()
    told = side.told()
    assert {doc for doc, said in told.items() if said == "done"} <= set(half), "done only after it is stored"
    assert len(half) == (0 if when == "fetched" else 1)
    assert len(told) == (1 if when == "told" else 0)
    assert fetched(side) == 2 - len(half)
    assert stored() == ids
    assert side.told() == dict.fromkeys(ids, "done")
    assert fetched(side) == 0
    with reading() as session:
        assert sorted(session.scalars(select(Outbox.status))) == ["01", "01"]


def test_what_a_killed_fetch_left_half_way_is_wiped_later(side: Counterpart) -> None:
    side.put("m1", "sip", SIP)
    killed("fetched")
    (left,) = quarantine.home().glob(".fetch-*")
    assert sum(path.stat().st_size for path in left.rglob("*") if path.is_file()) == len(SIP)
    fetched(side)
    assert left.exists(), "it may belong to a worker that lives"
    os.utime(left, (0, datetime.now(UTC).timestamp() - STALE_SECONDS - 1))
    fetched(side)
    assert list(quarantine.home().glob(".fetch-*")) == []


def test_a_status_survives_a_restart_and_goes_out_once(side: Counterpart) -> None:
    side.put("m1", "sip", SIP)
    fetched(side)
    now = datetime.now(UTC)
    with side.broken():
        assert outbox.send_all(now) == 0
    again = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, datetime; from ingest.outbox import send_all; "
            "print(send_all(datetime.datetime.fromisoformat(sys.argv[1])))",
            (now + timedelta(minutes=5)).isoformat(),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.stdout.strip() == "1", again.stderr
    assert len(side.answers()) == 1
    assert outbox.send_all(now + timedelta(hours=1)) == 0
