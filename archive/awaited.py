"""What a library's coroutine comes to, for callers that are not asynchronous (pyHanko checks and signs in them)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def outcome(coroutine: Coroutine[object, object, T]) -> T:
    """Run a coroutine to its end and return what it gives; raises what it raises.

    Where this thread already runs an event loop, which takes no second one, a thread of its own runs it,
    with the same context variables.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(max_workers=1) as aside:
        return aside.submit(copy_context().run, asyncio.run, coroutine).result()
