"""The supervisor: starts the parts in order, waits until each answers, restarts what dies, stops all.

Parts are children of this process and die with it, also when it is killed: nothing is left behind.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from operations.errors import PartError
from operations.part import Part, Running

RESTARTS = 5  # within WINDOW seconds, then the part is given up
WINDOW = 120


def to_screen(name: str, line: str) -> None:
    """Print one line of the common log, in one piece: parts speak at the same time, and `print` writes in two."""
    sys.stderr.write(f"{datetime.now():%H:%M:%S} {name:<10} {line}\n")  # noqa: DTZ005  (for the eye)
    sys.stderr.flush()


class Supervisor:
    """Runs parts. Use as a context manager: leaving the block stops everything, last started first."""

    def __init__(
        self,
        parts: Sequence[Part],
        *,
        home: Path,
        start_seconds: int,
        log: Callable[[str, str], None] = to_screen,
    ) -> None:
        self._parts = parts
        self._home = home
        self._start_seconds = start_seconds
        self._log = log
        self._running: dict[str, Running] = {}
        self._deaths: dict[str, list[float]] = {}
        self.seconds: dict[str, float] = {}  # how long each part took to answer
        self._end = threading.Event()

    @property
    def pid_file(self) -> Path:
        """Return where the supervisor's process id is while it runs."""
        return self._home / "run" / "tangthu.pid"

    def __enter__(self) -> Self:
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._claim = self.pid_file.open("a+")
        try:
            fcntl.flock(self._claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._claim.close()
            refuse_second(self._home)
            raise
        _stopping(self._home).unlink(missing_ok=True)
        self._claim.truncate(0)
        self._claim.write(str(os.getpid()))
        self._claim.flush()
        try:
            for part in self._parts:
                self._start(part)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def _start(self, part: Part) -> None:
        began = time.monotonic()
        self._running[part.name] = running = Running(
            part, log=self._log, file=self._home / "log" / f"{part.name}.log"
        )
        lacking = "does not answer"
        while time.monotonic() - began < self._start_seconds:
            if not running.alive:
                raise PartError(
                    part.name, f"ended with code {running.process.returncode}; see {self._log_file(part)}"
                )
            lacking = part.ready()
            if not lacking:
                self.seconds[part.name] = round(time.monotonic() - began, 1)
                self._log(part.name, f"ready after {self.seconds[part.name]} s")
                return
            time.sleep(0.1)
        raise PartError(part.name, f"{lacking} after {self._start_seconds} s; see {self._log_file(part)}")

    def _log_file(self, part: Part) -> Path:
        return self._home / "log" / f"{part.name}.log"

    def watch(self) -> None:
        """Stay until Ctrl-C, SIGTERM or `tangthu down`, restarting parts that die.

        Raises:
            PartError: a part died too often.
        """

        def _ask_to_end(_number: int, _frame: FrameType | None) -> None:
            self._end.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ask_to_end)
        while not self._end.wait(1):
            self.restart_dead()

    def restart_dead(self) -> list[str]:
        """Start again whatever has died since the last look; return the names.

        Raises:
            PartError: one died too often in a short time.
        """
        dead = [name for name, running in self._running.items() if not running.alive]
        for name in dead:
            code = self._running[name].process.returncode
            now = time.monotonic()
            deaths = [at for at in self._deaths.get(name, []) if now - at < WINDOW] + [now]
            self._deaths[name] = deaths
            if len(deaths) > RESTARTS:
                raise PartError(name, f"died {len(deaths)} times in {WINDOW} s (last code {code}); given up")
            self._log(name, f"died (code {code}), starting it again")
            gone = self._running.pop(name)
            gone.stop()  # its children may have outlived it
            self._start(gone.part)
        return dead

    def _tell(self, line: str) -> None:
        """Write how far stopping is where `ask_to_end` reads it; a full disk keeps nothing from being stopped."""
        with suppress(OSError), _stopping(self._home).open("a") as stream:
            stream.write(f"{line}\n")

    def pid(self, name: str) -> int:
        """Return the process id of a running part (for tests that kill it)."""
        return self._running[name].process.pid

    def stop(self) -> None:
        """Stop all parts, last started first, and remove the process id file."""
        for name in reversed(list(self._running)):
            self._log(name, "stopping")
            running = self._running.pop(name)
            self._tell(f"waiting for {name} (at most {running.part.stop_seconds} s)")
            began = time.monotonic()
            running.stop()
            self._tell(f"{name} stopped after {time.monotonic() - began:.1f} s")
        with suppress(FileNotFoundError):
            self.pid_file.unlink()
        self._claim.close()


class Ended(StrEnum):
    """What became of asking a house to end."""

    STOPPED = "stopped"
    NOTHING_RAN = "nothing-ran"
    STILL_RUNS = "still-runs"


def running_pid(home: Path) -> int:
    """Return the process id of the supervisor that runs on this home, 0 when none does.

    A supervisor holds a lock on the file as long as it lives; the number alone may be another's by now.
    """
    try:
        with (home / "run" / "tangthu.pid").open() as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(stream.read() or 0)
    except (OSError, ValueError):
        pass
    return 0


def refuse_second(home: Path) -> None:
    """Pass when no house runs on this home; nothing of it is touched otherwise.

    Raises:
        PartError: one does; the message says where it listens and how it is stopped.
    """
    if pid := running_pid(home):
        raise PartError(
            "supervisor",
            f"this house runs already as process {pid} (its address stands in {home / 'tangthu.toml'}); "
            f"`make stop` or `tangthu down --home {home}` stops it",
        )


def ask_to_end(home: Path, *, seconds: int = 60, say: Callable[[str], None] = lambda _line: None) -> Ended:
    """Stop the supervisor that runs on this home and wait for it; say what became of it.

    Args:
        seconds: how long to wait without news of a part.
        say: told, part by part, what is waited for and what has stopped.
    """
    pid = running_pid(home)
    if not pid:
        return Ended.NOTHING_RAN
    os.kill(pid, signal.SIGTERM)
    say(f"asked process {pid} to stop")
    heard, deadline = 0, time.monotonic() + seconds
    while True:
        runs = running_pid(home)  # asked first: what was said before the end is read after it
        news = _said(home)[heard:]
        for line in news:
            say(line)
        if not runs:
            return Ended.STOPPED
        if news:
            heard, deadline = heard + len(news), time.monotonic() + seconds
        if time.monotonic() > deadline:
            return Ended.STILL_RUNS
        time.sleep(0.2)


def _stopping(home: Path) -> Path:
    """Return where a supervisor that stops says how far it is."""
    return home / "run" / "stopping"


def _said(home: Path) -> list[str]:
    with suppress(OSError):
        return [
            line.rstrip()
            for line in _stopping(home).read_text().splitlines(keepends=True)
            if line[-1:] == "\n"
        ]
    return []
