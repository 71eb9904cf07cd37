"""The queue of the portal's tests: in memory, worked off by nobody but the test."""

from __future__ import annotations

from typing import Any

from archive.queue import app

ADDRESS = "memory://"


def empty_the_queue() -> None:
    """Forget what earlier tests left."""
    with app.connection_for_read(ADDRESS) as link:
        for name in ("house", "road"):
            with link.SimpleQueue(name) as waiting:
                waiting.clear()


def taken_from_the_queue(name: str = "house") -> tuple[str, list[Any]]:
    """Take the oldest message a worker of a queue would get: name and arguments of its task.

    Raises:
        queue.Empty: there is none.
    """
    with app.connection_for_read(ADDRESS) as link, link.SimpleQueue(name) as waiting:
        message = waiting.get_nowait()
        message.ack()
    return str(message.headers["task"]), list(message.payload[0])
