"""CPU and memory of parts are those of the whole tree of processes, and none of it gets lost."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from operations.accounting import Account, Use, memory_mb, use_of
from operations.watch import Cost, Mark, Watch, cost

MIB = 2**20
# The kernel counts in ticks of 10 ms, of user and of system time: a burnt second may show as 0.98.
BURN = "import time\nwhile time.process_time() < {seconds}: sum(range(1000))\n"


@pytest.fixture
def started() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts Python programs that say a line when they are where the test wants them, and ends them."""
    running: list[subprocess.Popen[str]] = []

    def _start(program: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "there"
        return process

    yield _start
    for process in running:
        with suppress(ProcessLookupError):  # a test has ended it already
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


WAIT = "print('there', flush=True)\nimport time\ntime.sleep(600)\n"


def running(program: str, more: str = "") -> str:
    """Return a program that runs another one as its child and waits for it."""
    return f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {program!r}]{more})\n"


def test_the_cpu_time_of_a_process_is_its_own(started: Callable[[str], subprocess.Popen[str]]) -> None:
    busy, idle = started(BURN.format(seconds=0.5) + WAIT), started(WAIT)
    use = use_of(busy.pid, idle.pid)
    assert 0.45 <= use[busy.pid].cpu_seconds < 1.5
    assert use[idle.pid].cpu_seconds < 0.4


def test_a_child_that_ended_is_still_counted(started: Callable[[str], subprocess.Popen[str]]) -> None:
    parent = started(running(BURN.format(seconds=0.5)) + WAIT)
    assert 0.45 <= use_of(parent.pid)[parent.pid].cpu_seconds < 2


def test_a_grandchild_that_runs_in_a_session_of_its_own_is_counted(
    started: Callable[[str], subprocess.Popen[str]],
) -> None:
    grandchild = BURN.format(seconds=0.5) + WAIT
    parent = started(running(running(grandchild, ", start_new_session=True")))
    try:
        assert 0.45 <= use_of(parent.pid)[parent.pid].cpu_seconds < 2.5
    finally:
        for pid in descendants(parent.pid):
            os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    children = [int(one) for one in found.stdout.split()]
    return [*(one for child in children for one in descendants(child)), *children]


def test_memory_is_that_of_parent_and_child_together(started: Callable[[str], subprocess.Popen[str]]) -> None:
    hold = "held = b'x' * (64 * 2**20)\n"
    one = started(hold + WAIT)
    both = started(hold + running(hold + WAIT))
    assert 64 <= memory_mb(one.pid) < 100
    assert 128 <= memory_mb(both.pid) < 200


def test_a_process_that_is_not_there_uses_nothing() -> None:
    assert use_of(2**22 + 1) == {2**22 + 1: Use(0.0, 0)}


def test_an_account_keeps_the_peak_and_never_loses_time() -> None:
    account = Account()
    for cpu, rss in ((1.0, 10), (4.0, 90), (2.5, 20), (3.0, 30)):  # 1.5 s went with a child nobody waited for
        account.add(7, Use(cpu, rss * MIB))
    assert account.cpu_seconds == pytest.approx(4.5)
    assert account.peak_mib == 90


def test_an_account_goes_on_over_a_restart(started: Callable[[str], subprocess.Popen[str]]) -> None:
    account = Account()
    for _ in range(2):
        process = started(BURN.format(seconds=0.4) + WAIT)
        account.add(process.pid, use_of(process.pid)[process.pid])
        os.killpg(process.pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while use_of(process.pid)[process.pid].rss_bytes and time.monotonic() < deadline:
            time.sleep(0.01)
        process.wait()
        account.add(process.pid, use_of(process.pid)[process.pid])
    assert 0.7 <= account.cpu_seconds < 2


def marks(*seen: tuple[int, float, float]) -> list[Mark]:
    return [Mark(*one) for one in seen]


def test_what_an_item_cost_is_told_for_a_share_of_the_run() -> None:
    # 100 items; the first 10 cost 1 s each, the others 0.2 s of wall time and 0.4 s of CPU.
    seen = marks((0, 0, 0), (10, 10, 20), (20, 12, 24), (50, 18, 36), (90, 26, 52), (100, 28, 56))
    assert cost(seen, 0.0, 0.1) == Cost(1.0, 2.0)
    assert cost(seen, 0.1, 0.2) == Cost(0.2, 0.4)
    assert cost(seen, 0.9, 1.0) == Cost(0.2, 0.4)
    assert cost(seen, 0.0, 1.0) == Cost(0.28, 0.56)


def test_a_run_whose_items_cost_ever_more_shows_it() -> None:
    seen = marks(*((n, n * n / 100, n * n / 50) for n in range(101)))
    early, late = cost(seen, 0.1, 0.2), cost(seen, 0.9, 1.0)
    assert late.seconds / early.seconds == pytest.approx(19 / 3)
    assert late.cpu_seconds / early.cpu_seconds == pytest.approx(19 / 3)


def test_too_few_looks_give_no_number() -> None:
    assert math.isnan(cost(marks((100, 5, 5)), 0.1, 0.2).seconds)


def test_a_watch_counts_from_its_beginning_and_over_a_restart(
    started: Callable[[str], subprocess.Popen[str]],
) -> None:
    burnt = started(BURN.format(seconds=0.4) + WAIT)  # before the run: not the run's cost
    now = {"part": burnt.pid}
    watch = Watch(lambda: now)
    assert watch.look(1).cpu_seconds < 0.1
    now = {"part": started(BURN.format(seconds=0.5) + WAIT).pid}
    assert 0.4 <= watch.look(2).cpu_seconds < 1
    assert [mark.done for mark in watch.marks] == [1, 2]
    assert 0 < watch.peak_mib == watch.accounts["part"].peak_mib
