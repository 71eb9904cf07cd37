"""One warm child kept for as long as it is of use, and one tool per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from archive.warm import ChildGoneError, ChildHangsError, WarmChild


class WarmKeeper:
    """Asks a warm child, and replaces it after so many questions, after a hang and after its death.

    Safe to share between threads, one question at a time; not over a fork: see `PerProcess`.

    Args:
        start: starts a child; what it raises reaches whoever asked.
        recycle_after: questions after which a fresh child takes over.
        ended: called after a child is gone, for what was made for it alone.
    """

    def __init__(
        self,
        start: Callable[[], WarmChild],
        *,
        recycle_after: int,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._start = start
        self._recycle_after = recycle_after
        self._ended = ended
        self._lock = threading.Lock()
        self._child: WarmChild | None = None

    @property
    def pid(self) -> int | None:
        """Return the child's process id, None while there is none."""
        return self._child.pid if self._child else None

    def ask(self, question: str, seconds: float) -> dict[str, Any]:
        """Return the answer to one question.

        A question on which the child died is asked once more (something else may have killed it), one on which
        it hung is not.

        Raises:
            ChildHangsError: no answer in time; the child is gone.
            ChildGoneError: it died twice on this question.
        """
        with self._lock:
            try:
                return self._once(question, seconds)
            except ChildGoneError:
                return self._once(question, seconds)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            if self._child is not None:
                self._child.end()
            self._kill()

    def forget(self) -> None:
        """Let go of a child inherited over a fork without touching it: it belongs to the parent."""
        if self._child is not None:
            self._child.forget()
        self._child, self._lock = None, threading.Lock()

    def _once(self, question: str, seconds: float) -> dict[str, Any]:
        child = self._child
        if child is not None and (child.asked >= self._recycle_after or not child.alive):
            self._kill()
            child = None
        if child is None:
            child = self._child = self._start()
        try:
            return child.ask(question, seconds)
        except (ChildGoneError, ChildHangsError):
            self._kill()
            raise

    def _kill(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            self._ended()


class Forgetful(Protocol):
    """A tool that can let go of what belongs to the process it was forked from."""

    def forget(self) -> None:
        """Let go of it without touching it."""


Tool = TypeVar("Tool", bound=Forgetful)


class PerProcess(Generic[Tool]):
    """Call it for this process's tool, made at the first call. A forked process gets one of its own."""

    def __init__(self, make: Callable[[], Tool]) -> None:
        self._make = make
        self._tool: Tool | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._after_fork)

    def __call__(self) -> Tool:
        """Return the tool."""
        with self._lock:
            if self._tool is None:
                self._tool = self._make()
            return self._tool

    def _after_fork(self) -> None:
        if self._tool is not None:
            self._tool.forget()
        self._tool, self._lock = None, threading.Lock()
