"""A warm child is kept while it is of use; a tool belongs to one process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator

import pytest

from archive import warm
from archive.warm import ChildGoneError, ChildHangsError, WarmChild
from archive.warm_keeper import PerProcess, WarmKeeper

CHILD = """
import json, os, sys, time
print("{}", flush=True)
for line in sys.stdin:
    word = line.strip()
    if word == "die":
        os._exit(1)
    if word == "hang":
        time.sleep(60)
    print(json.dumps({"said": word, "pid": os.getpid()}), flush=True)
"""


def a_child() -> WarmChild:
    return WarmChild([sys.executable, "-c", CHILD], env={}, hello_seconds=60)


class Counted:
    """Starts children and counts them, and what was tidied after them."""

    def __init__(self) -> None:
        self.started = self.ended = 0

    def start(self) -> WarmChild:
        self.started += 1
        return a_child()

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def keeper(counted: Counted) -> Iterator[WarmKeeper]:
    kept = WarmKeeper(counted.start, recycle_after=3, ended=counted.end)
    yield kept
    kept.close()


def test_no_child_is_started_before_the_first_question(keeper: WarmKeeper, counted: Counted) -> None:
    assert keeper.pid is None
    assert counted.started == 0
    assert keeper.ask("one", 60)["said"] == "one"
    assert keeper.pid is not None


def test_after_so_many_questions_a_fresh_child_answers(keeper: WarmKeeper, counted: Counted) -> None:
    pids = [keeper.ask("x", 60)["pid"] for _ in range(7)]
    assert [len(set(pids[:3])), len(set(pids[3:6])), len(set(pids))] == [1, 1, 3]
    assert (counted.started, counted.ended) == (3, 2)


def test_a_question_on_which_it_dies_is_asked_twice_and_the_next_is_answered(
    keeper: WarmKeeper, counted: Counted
) -> None:
    with pytest.raises(ChildGoneError):
        keeper.ask("die", 60)
    assert (counted.started, counted.ended) == (2, 2)
    assert keeper.ask("x", 60)["said"] == "x"


def test_a_child_killed_from_outside_costs_no_question(keeper: WarmKeeper, counted: Counted) -> None:
    first = keeper.ask("x", 60)["pid"]
    os.kill(first, signal.SIGKILL)
    assert keeper.ask("y", 60)["pid"] != first
    assert counted.started == 2


def test_a_question_on_which_it_hangs_is_asked_once(keeper: WarmKeeper, counted: Counted) -> None:
    keeper.ask("x", 60)
    with pytest.raises(ChildHangsError):
        keeper.ask("hang", 0.5)
    assert (counted.started, counted.ended) == (1, 1)
    assert keeper.pid is None


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("'[' * 100_000", "no answer"),
        ("'{'", "no answer"),
        ("'[]'", "no answer"),
        ("'x' * (2 * limit)", "more than 1000000 bytes"),
    ],
)
def test_a_hostile_answer_is_the_childs_trouble_and_not_ours(
    says: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "ANSWER_LIMIT", 1_000_000)
    script = f"limit = 1_000_000\nprint('{{}}', flush=True)\ninput()\nprint({says}, flush=True)"
    child = WarmChild([sys.executable, "-c", script], env={}, hello_seconds=60)
    try:
        with pytest.raises(ChildGoneError, match=told):
            child.ask("anything", 60)
    finally:
        child.kill()


def test_answers_that_come_in_one_piece_are_told_apart() -> None:
    script = 'print(\'{"n": 0}\\n{"n": 1}\\n{"n": 2}\', flush=True)\ninput()'
    child = WarmChild([sys.executable, "-c", script], env={}, hello_seconds=60)
    try:
        assert [child.hello["n"], child.ask("a", 60)["n"], child.ask("b", 60)["n"]] == [0, 1, 2]
    finally:
        child.kill()


def test_what_the_start_says_reaches_whoever_asked() -> None:
    def broken() -> WarmChild:
        raise RuntimeError("there is no java")

    with pytest.raises(RuntimeError, match="there is no java"):
        WarmKeeper(broken, recycle_after=1).ask("x", 1)


class Tool:
    """Remembers whether it was forgotten."""

    def __init__(self) -> None:
        self.made_in = os.getpid()
        self.forgotten = False

    def forget(self) -> None:
        self.forgotten = True


def test_one_process_has_one_tool_and_a_forked_one_has_its_own() -> None:
    shared = PerProcess(Tool)
    ours = shared()
    assert shared() is ours
    child = os.fork()
    if child == 0:
        theirs = shared()
        good = theirs is not ours and theirs.made_in == os.getpid() and ours.forgotten
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert shared() is ours
    assert not ours.forgotten
