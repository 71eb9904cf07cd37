"""Runs an outside program on a hostile file: limited, alone, and gone when its time is over.

Threat: a file that makes a converter eat memory, disk or time, start other programs, call home, or outlive
us. The program gets limits on address space, CPU time, file size and open files; a session of its own that is
killed as a whole; a private HOME and TMPDIR that are removed; no input; an environment with nothing of ours
(no secret); no network and a process namespace of its own where the kernel permits.

Accepted: it runs as our user and may read what we may read. Where `unshare` is not permitted the network is
open to it; `network_cut` says which: the doctor says so, and so does the PREMIS event of each derivative made there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.errors import ToolMissingError

OUTPUT_LIMIT = 64 * 1024  # bytes of a program's chatter that are kept


@dataclass(frozen=True)
class Limits:
    """What a program in the cage may use."""

    seconds: float = 180.0  # wall time
    memory_mb: int = 2048  # address space
    file_mb: int = 2048  # largest file it may write
    files: int = 512  # open files


@dataclass(frozen=True)
class Ran:
    """How a program ended.

    Attributes:
        code: its exit code; negative for a signal; None when it was killed for time.
        output: the beginning of what it printed, both streams.
    """

    code: int | None
    output: str
    seconds: float

    @property
    def timed_out(self) -> bool:
        """Say whether it was killed for time."""
        return self.code is None


def environment(home: Path) -> dict[str, str]:
    """Return the whole environment of a caged program."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "OMP_THREAD_LIMIT": "1",  # tesseract: one page, one core
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _unshare() -> tuple[str, ...]:
    """Return the command prefix that cuts the network, as far as it is permitted here; maybe empty."""
    tool = shutil.which("unshare")
    return _permitted(tool) if tool is not None else ()


@cache
def _permitted(tool: str) -> tuple[str, ...]:
    for options in (("--net", "--pid", "--kill-child"), ("-r", "--net", "--pid", "--kill-child"), ("--net",)):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            tried = subprocess.run([tool, *options, "true"], capture_output=True, check=False, timeout=20)
            if tried.returncode == 0:
                return (tool, *options)
    return ()


def network_cut() -> bool:
    """Say whether caged programs have no network."""
    return bool(_unshare())


def caged(command: Sequence[str], limits: Limits, *, cpu_seconds: int | None = None) -> list[str]:
    """Return the command with its limits in front of it.

    Raises:
        ToolMissingError: util-linux's `prlimit` is missing.
    """
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        raise ToolMissingError("prlimit", "util-linux is not installed, nothing hostile is opened without it")
    bounds = [
        f"--as={limits.memory_mb * 2**20}",
        f"--fsize={limits.file_mb * 2**20}",
        f"--nofile={limits.files}",
        "--core=0",
    ]
    if cpu_seconds is not None:
        bounds.append(f"--cpu={cpu_seconds}")
    return [*_unshare(), prlimit, *bounds, "--", *command]


def run(command: Sequence[str], limits: Limits, *, home: Path | None = None) -> Ran:
    """Run a program in the cage and wait for it.

    Args:
        home: a private folder that stays; without it one is made and removed.

    Raises:
        ToolMissingError: the program is not installed.
    """
    if shutil.which(command[0]) is None:
        raise ToolMissingError(Path(command[0]).name, f"`{command[0]}` is not installed")
    # CPU time is bounded a little above wall time: two threads may both be busy.
    line = caged(command, limits, cpu_seconds=int(limits.seconds * 2) + 5)
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        line = [setpriv, "--pdeathsig", "KILL", *line]  # it must not outlive a killed worker
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tangthu-cage-")))
        # A file, not a pipe: nobody has to read it, and a grandchild that keeps it open blocks nobody.
        chatter = stack.enter_context(tempfile.TemporaryFile())
        process = subprocess.Popen(
            line,
            stdin=subprocess.DEVNULL,
            stdout=chatter,
            stderr=subprocess.STDOUT,
            env=environment(home),
            cwd=home,
            start_new_session=True,
        )
        code: int | None = None
        try:
            code = process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        chatter.seek(0)
        output = chatter.read(OUTPUT_LIMIT).decode("utf-8", "replace")
    return Ran(code, output, time.monotonic() - began)
