"""A coroutine of a library is run to its end, also where an event loop already runs."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from archive.awaited import outcome

_SAID = ContextVar("_SAID", default="nothing")


async def _said() -> str:
    await asyncio.sleep(0)
    return _SAID.get()


async def _refuses() -> None:
    raise LookupError("no such thing")


async def _within() -> str:
    _SAID.set("within")
    return outcome(_said())


async def _refused_within() -> None:
    outcome(_refuses())


def test_a_coroutine_gives_what_it_returns() -> None:
    assert outcome(_said()) == "nothing"


def test_inside_a_running_loop_it_gives_the_same_with_the_same_context() -> None:
    assert asyncio.run(_within()) == "within"


def test_what_it_raises_reaches_the_caller() -> None:
    with pytest.raises(LookupError, match="no such thing"):
        outcome(_refuses())
    with pytest.raises(LookupError, match="no such thing"):
        asyncio.run(_refused_within())
