"""What is to follow a commit follows it once, never a rollback, and never spoils it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import queue
from archive.after_commit import after_commit
from archive.ledger.append import append
from archive.ledger.event import Verb
from archive.ledger.rows import EventRow
from archive.queue import send_after_commit
from archive.register.session import engine, reading, transaction
from tests.archive.vault_builders import NOW


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the queue was given; the queue itself needs a server."""
    given: list[tuple[object, ...]] = []
    monkeypatch.setattr(queue, "send", lambda task, *args, **more: given.append((task, *args)))
    return given


def an_event(session: Session) -> None:
    append(session, Verb.VIEW, actor="x", kind="case-file", id="a", now=NOW)


def events() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0


def test_a_task_is_sent_when_the_whole_transaction_commits_and_not_at_a_savepoint(
    house: Path, sent: list[object]
) -> None:
    with transaction() as session:
        with session.begin_nested():
            send_after_commit(session, "do", "1")
        with session.begin_nested():
            an_event(session)
        assert sent == []
    assert sent == [("do", "1")]


def test_nothing_is_sent_for_a_savepoint_that_was_rolled_back(house: Path, sent: list[object]) -> None:
    with transaction() as session:
        send_after_commit(session, "do", "kept")
        with pytest.raises(RuntimeError), session.begin_nested():
            with session.begin_nested():
                send_after_commit(session, "do", "lost")
            raise RuntimeError
        send_after_commit(session, "do", "kept too")
    assert sent == [("do", "kept"), ("do", "kept too")]


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_nothing_is_sent_after_a_rollback_not_even_with_the_sessions_next_commit(
    house: Path, sent: list[object], end: str
) -> None:
    with Session(engine()) as session:
        an_event(session)
        send_after_commit(session, "do", "lost")
        getattr(session, end)()
        an_event(session)
        session.commit()
    assert (sent, events()) == ([], 1)


def test_of_one_name_the_first_is_done_and_each_only_once(house: Path) -> None:
    done: list[str] = []
    with Session(engine()) as session:
        for name in ("b", "a", "b"):
            after_commit(session, name, lambda name=name: done.append(f"{name}{len(done)}"))
        an_event(session)
        session.commit()
        an_event(session)
        session.commit()
    assert done == ["b0", "a1"]


def test_what_fails_after_the_commit_does_not_look_like_a_failed_commit(
    house: Path, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError("no space left on device")

    with transaction() as session:
        an_event(session)
        after_commit(session, "first", fail)
        after_commit(session, "second", lambda: done.append("second"))
    assert (events(), done) == (1, ["second"])
    assert "committed, but what was to follow failed: first" in caplog.text
