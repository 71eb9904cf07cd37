"""Tasks go to the queue over one connection a thread; a queue that was started again is found at once."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from kombu.exceptions import OperationalError

from archive import queue
from operations.part import Running
from operations.parts import valkey


class Valkey:
    """A server of the test's own, on a short path, as Unix sockets need."""

    def __init__(self, folder: Path) -> None:
        (folder / "run").mkdir()
        self.folder, self.part = folder, valkey(folder / "run")
        self.running: Running | None = None
        self.url = f"redis+socket://{folder / 'run' / 'valkey.sock'}"
        self.ask = redis.Redis(unix_socket_path=str(folder / "run" / "valkey.sock"))

    def start(self) -> None:
        self.running = Running(self.part, log=lambda *_: None, file=self.folder / "log")
        deadline = time.monotonic() + 30
        while self.part.ready():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        if self.running is not None:
            self.running.stop()
            self.running = None

    def waiting(self) -> int:
        return int(self.ask.llen("house"))  # type: ignore[arg-type]

    def connections_ever(self) -> int:
        return int(self.ask.info("stats")["total_connections_received"])  # type: ignore[index]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    with tempfile.TemporaryDirectory(prefix="tt-") as folder:
        one = Valkey(Path(folder))
        one.start()
        monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", one.url)
        yield one
        queue._line.close()
        one.ask.close()
        one.stop()


def test_a_hundred_tasks_need_no_more_connections_than_one(server: Valkey) -> None:
    queue.send("ingest.tasks.sweep")
    before = server.connections_ever()
    for _ in range(100):
        queue.send("ingest.tasks.sweep")
    assert server.connections_ever() == before
    assert server.waiting() == 101


def test_a_queue_started_again_is_found_by_the_first_task(server: Valkey) -> None:
    queue.send("ingest.tasks.sweep")
    server.stop()
    server.start()
    queue.send("ingest.tasks.sweep")
    assert server.waiting() == 2  # it keeps what it was given across restarts


def test_a_queue_that_is_down_says_so_and_the_next_task_finds_it_up(server: Valkey) -> None:
    queue.send("ingest.tasks.sweep")
    server.stop()
    with pytest.raises(OperationalError):
        queue.send("ingest.tasks.sweep")
    with pytest.raises(OperationalError):
        queue.send("ingest.tasks.sweep")
    server.start()
    queue.send("ingest.tasks.sweep")
    assert server.waiting() == 2


def test_a_forked_process_has_a_connection_of_its_own(server: Valkey) -> None:
    queue.send("ingest.tasks.sweep")
    child = os.fork()
    if child == 0:
        try:
            queue.send("ingest.tasks.sweep")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    queue.send("ingest.tasks.sweep")
    assert server.waiting() == 3


def test_each_thread_has_its_own(server: Valkey) -> None:
    threads = [
        threading.Thread(target=lambda: [queue.send("ingest.tasks.sweep") for _ in range(20)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert server.waiting() == 80


def test_what_cannot_be_sent_at_all_is_no_trouble_of_the_queue(server: Valkey) -> None:
    with pytest.raises(Exception, match=r"serializable|encode|JSON") as raised:
        queue.send("ingest.tasks.sweep", object())
    assert not isinstance(raised.value, OperationalError)


def test_another_queue_in_the_settings_is_used_at_once(
    server: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.send("ingest.tasks.sweep")
    monkeypatch.setenv("TANGTHU_ARCHIVE__BROKER_URL", "memory://")
    queue.send("ingest.tasks.sweep")
    assert server.waiting() == 1
