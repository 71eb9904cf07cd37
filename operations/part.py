"""A part: one child process the supervisor starts, watches and stops."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Part:
    """What to start and how to know that it is up.

    Attributes:
        ready: returns "" when the part answers, otherwise what it still lacks.
        stop_signal: how to ask it to end.
        quiet: leave its ordinary output out of the common log (it goes to its own file all the same).
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: int = 20
    quiet: bool = False


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies (run in the child, before exec)."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Running:
    """A started part. Its output goes line by line to `log(name, line)` and to a file."""

    def __init__(self, part: Part, *, log: Callable[[str, str], None], file: Path) -> None:
        self.part = part
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file.open("a", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            part.command,
            env=os.environ | dict(part.env),
            cwd=part.cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # its own group: Ctrl-C reaches only us, and we can stop all its children
            preexec_fn=die_with_parent,
        )
        self._reader = threading.Thread(target=self._read, args=(log,), daemon=True, name=f"log {part.name}")
        self._reader.start()

    def _read(self, log: Callable[[str, str], None]) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._file.write(line)
            self._file.flush()
            if not self.part.quiet and line.strip():
                log(self.part.name, line.rstrip("\n"))

    @property
    def alive(self) -> bool:
        """Say whether the process runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask it to end, wait, then end its whole group by force; nothing is left behind.

        Only the part itself is asked: a worker lets the task that runs in its child come to an end.
        """
        if self.alive:
            self.process.send_signal(self.part.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.part.stop_seconds)
        self._end_group()
        self.process.wait()
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._file.close()

    def _end_group(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # the whole group is gone already
