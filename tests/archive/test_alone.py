"""One at a time: a second comer is sent away, and a dead process holds nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from archive.alone import alone
from archive.errors import TemporaryError


def test_a_second_comer_is_sent_away_and_other_work_is_not(house: Path) -> None:
    with alone("order ../1"):
        with pytest.raises(TemporaryError, match=r"at work on order \.\./1 right now"), alone("order ../1"):
            raise AssertionError("let in")
        with alone("order 2"):
            pass
    with alone("order ../1"):
        pass
    assert list((house / "archive/locks").iterdir()) == []  # nothing piles up


def test_a_process_that_died_holds_nothing(house: Path) -> None:
    pid = os.fork()
    if pid == 0:
        with alone("order 1"):
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7, "it was inside when it died"
    with alone("order 1"):
        pass


def test_of_many_at_once_never_two_are_inside(house: Path) -> None:
    inside, most, turns = [0], [0], [0]
    lock = threading.Lock()

    def come() -> None:
        for _ in range(200):
            try:
                with alone("order 1"):
                    with lock:
                        inside[0] += 1
                        most[0] = max(most[0], inside[0])
                        turns[0] += 1
                    with lock:
                        inside[0] -= 1
            except TemporaryError:
                pass

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] and turns[0] >= 8


def test_a_folder_that_cannot_be_used_is_a_temporary_trouble(house: Path) -> None:
    (house / "archive").mkdir(exist_ok=True)
    (house / "archive/locks").write_text("not a folder")
    with pytest.raises(TemporaryError, match="locks cannot be written"), alone("order 1"):
        raise AssertionError("let in")
