"""Where hostile files are opened: a warm Python child in the cage that reads, mends and measures them.

Starting Python and its PDF libraries anew for each file would cost more than the work itself, so one child is
kept per process, with the cage's limits on it (`cage.py`), and replaced after a number of files, after a hang
and after a crash. What it may do is the table of jobs in `sandbox_child.py`.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from typing import Any, Self

from archive.errors import TemporaryError
from archive.reason import because
from archive.warm import ChildGoneError, ChildHangsError, WarmChild
from archive.warm_keeper import PerProcess, WarmKeeper
from ingest.errors import ToolMissingError
from ingest.formats.cage import Limits, caged, environment
from ingest.formats.errors import CannotOpenError
from ingest.formats.private import PrivateFolder
from ingest.settings import IngestSettings

START_SECONDS = 120.0
RESERVED_MB = 1024
"""Address space its libraries ask for at their start and do not use, PRONOM's engine most of all: 1.8 GiB were seen."""


class Sandbox:
    """A warm caged child. Safe to share between threads, one job at a time; not over a fork (see `shared`).

    Args:
        limits: of the child; `seconds` is the limit of one job. Its address space is `memory_mb` and `RESERVED_MB`.
        recycle_after: jobs after which a fresh child takes over. Starting one takes some seconds; it was seen to stay
            below 200 MiB over 3,000 small files, and the cage ends one that grows.
    """

    def __init__(self, limits: Limits, *, recycle_after: int = 5000) -> None:
        self.limits = limits
        self._child = WarmKeeper(self._started, recycle_after=recycle_after, ended=self._drop_home)
        self._home: PrivateFolder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the child's process id, None while there is none."""
        return self._child.pid

    def ask(self, job: str, **parts: Any) -> dict[str, Any]:
        """Return what the job answers.

        A job whose child died is tried once more in a fresh child, a job that hangs is not.

        Raises:
            CannotOpenError: the job refused the file, hung on it or died of it twice.
            ToolMissingError: the child cannot be started. May be retried.
            TemporaryError: our disk is full or broken: that says nothing of the file.
        """
        question = json.dumps({"job": job, **parts}, default=str)
        try:
            answer = self._child.ask(question, self.limits.seconds)
        except ChildHangsError as error:
            slow = because("ingest.nothing-came", seconds=f"{self.limits.seconds:g}")
            raise CannotOpenError(slow) from error
        except ChildGoneError as error:
            died = because("ingest.reader-died", megabytes=self.limits.memory_mb)
            raise CannotOpenError(died) from error
        if "disk" in answer:
            raise TemporaryError(because("ingest.disk-trouble", trouble=str(answer["disk"])))
        if "error" in answer:
            raise CannotOpenError(because("ingest.reader-refused", said=str(answer["error"])))
        return answer

    def close(self) -> None:
        """End the child and remove its folder."""
        self._child.close()

    def forget(self) -> None:
        """Let go of a child inherited over a fork: it belongs to the parent."""
        self._child.forget()
        self._home = None

    def _started(self) -> WarmChild:
        self._home = PrivateFolder("sandbox")
        command = [sys.executable, "-m", "ingest.formats.sandbox_child"]
        env = environment(self._home.path)
        if "PYTHONPATH" in os.environ:
            env["PYTHONPATH"] = os.environ["PYTHONPATH"]
        try:
            limits = replace(self.limits, memory_mb=self.limits.memory_mb + RESERVED_MB)
            return WarmChild(caged(command, limits), env=env, hello_seconds=START_SECONDS)
        except (ChildGoneError, ChildHangsError) as error:
            self._drop_home()
            raise ToolMissingError("sandbox", f"the reader of files does not start ({error})") from error

    def _drop_home(self) -> None:
        home, self._home = self._home, None
        if home is not None:
            home.remove()


def _with_set_limits() -> Sandbox:
    settings = IngestSettings.load()
    return Sandbox(Limits(seconds=settings.convert_seconds, memory_mb=settings.convert_memory_mb))


shared = PerProcess(_with_set_limits)
"""Return this process's sandbox, started at the first job, with the limits of the settings."""
