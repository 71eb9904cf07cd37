"""A warm child process that answers questions over pipes: one line in, one JSON object a line out.

For tools that are slow to start and see hostile files (veraPDF's JVM, the readers of PDF). The child may
hang or die on any question; whoever asks gets that as an error of its own, kills it, and starts another.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from archive.errors import ArchiveError

ANSWER_LIMIT = 64 * 2**20  # bytes; no honest answer is longer


class ChildGoneError(ArchiveError):
    """The child ended, or said something that is no answer."""


class ChildHangsError(ArchiveError):
    """The child did not answer in time."""


class WarmChild:
    """A child process in a session of its own, killed as a whole group.

    One thread at a time. The child must end by itself when its standard input ends, so that it does not
    outlive a parent that was killed.

    Args:
        command: program and arguments.
        env: its whole environment.
        hello_seconds: how long it may take to say its first line.

    Raises:
        ChildGoneError: it cannot be started or ended before its first line.
        ChildHangsError: it did not say its first line in time.
    """

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], hello_seconds: float) -> None:
        self._behind = b""  # what was read behind the last answer
        self.asked = 0
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=dict(env),
                start_new_session=True,
            )
        except OSError as error:
            raise ChildGoneError(f"{command[0]} cannot be started: {error}") from error
        try:
            self.hello = self._line(hello_seconds)
        except ArchiveError:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it still runs."""
        return self._process.poll() is None

    def ask(self, question: str, seconds: float) -> dict[str, Any]:
        """Return the answer to one question (one line).

        Raises:
            ChildGoneError, ChildHangsError: no answer; the child is of no more use, `kill` it.
        """
        assert self._process.stdin is not None
        self.asked += 1
        try:
            self._process.stdin.write(question.encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ChildGoneError("the child is gone") from error
        return self._line(seconds)

    def end(self, seconds: float = 2.0) -> None:
        """Let it end by itself, as it does when its input ends; kill it if it does not in time."""
        assert self._process.stdin is not None
        _close_quietly(self._process.stdin)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it and everything it started, at once."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._close()

    def forget(self) -> None:
        """After a fork, in the child: let go of the parent's process without touching it."""
        self._process.returncode = 0  # not ours: nothing to wait for, nothing to warn about
        # Our copies of the pipes' ends must go, or it would not see its parent's death.
        self._close()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            _close_quietly(stream)

    def _line(self, seconds: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        stream = self._process.stdout.fileno()
        pieces, size, chunk = [], 0, self._behind
        while b"\n" not in chunk:
            pieces.append(chunk)
            size += len(chunk)
            if size > ANSWER_LIMIT:
                raise ChildGoneError(f"the child said more than {ANSWER_LIMIT} bytes")
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise ChildHangsError(f"no answer in {seconds:g} s")
            chunk = os.read(stream, 1 << 16)
            if not chunk:
                raise ChildGoneError("the child ended")
        end, self._behind = chunk.split(b"\n", 1)
        try:
            answer = json.loads(b"".join((*pieces, end)))
        except (ValueError, RecursionError) as error:
            raise ChildGoneError("the child said something that is no answer") from error
        if not isinstance(answer, dict):
            raise ChildGoneError("the child said something that is no answer")
        return answer


def _close_quietly(stream: IO[bytes] | None) -> None:
    if stream is not None:
        with contextlib.suppress(OSError):  # an unwritten question to a dead child
            stream.close()
