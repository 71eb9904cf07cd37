"""A real house whose worker, simulator and portal are killed together, and started again at once.

The supervisor gives a part up that dies again and again, and waits for the portal; here each is started the moment it
is dead, as a stubborn service manager would. The portal starts with low priority: its start takes more of the processor
than all the others' together, and the pipeline does not wait for it.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.settings import ArchiveSettings
from operations.part import Part, Running

AT_A_STEP = ("worker", "lgsp", "plone")
"""The worker that runs the pipeline's steps, the simulator, and the portal."""
AT_THE_LINE = (*AT_A_STEP, "house")
"""And the worker that speaks to the line."""
PATIENCE = 90  # seconds for one thing to happen on a loaded machine


@dataclass
class House:
    """Its parts by name, running."""

    home: Path
    parts: dict[str, Part]
    running: dict[str, Running] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)

    def start(self, name: str) -> None:
        part = self.parts[name]
        self.running[name] = Running(part, log=lambda *_: None, file=self.home / "log" / f"{name}.log")

    def wait(self, name: str) -> None:
        """Wait until a part answers."""
        until(lambda: self.parts[name].ready() == "", f"{name} answers")

    def kill(self, moment: str, *names: str) -> None:
        """Kill these with all their children, at once, and start them again."""
        for name in names:
            os.killpg(self.running[name].process.pid, signal.SIGKILL)
        for name in names:
            self.running.pop(name).stop()
        for name in reversed(names):  # the worker last: whoever called looks at what it does next
            self.start(name)
        self.kills.append(moment)

    def stop(self) -> None:
        for name in reversed(list(self.running)):
            self.running.pop(name).stop()


@contextmanager
def housed(home: Path, parts: list[Part]) -> Iterator[House]:
    """Run all parts until the block is left."""
    patient = [
        replace(part, command=("nice", "-n", "19", *part.command)) if part.name == "plone" else part
        for part in parts
    ]
    house = House(home, {part.name: part for part in patient})
    try:
        for part in parts:
            house.start(part.name)
        for part in parts:
            house.wait(part.name)
        yield house
    finally:
        house.stop()


def until(happened: Callable[[], bool], what: str, *, pause: float = 0.1, seconds: float = PATIENCE) -> None:
    """Return as soon as it has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"in {seconds} s not seen: {what}"
        time.sleep(pause)


def register() -> Path:
    """Return where the register's file is."""
    return ArchiveSettings.load().data / "register.db"


def look(question: str, *values: str) -> list[tuple[object, ...]]:
    """Ask the register over a connection of this moment, which holds nobody up."""
    with closing(sqlite3.connect(f"file:{register()}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(question, values).fetchall()


@contextmanager
def nobody_writes() -> Iterator[None]:
    """Hold the register's write lock: whoever wants to write waits until the block is left."""
    with closing(sqlite3.connect(register(), timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
