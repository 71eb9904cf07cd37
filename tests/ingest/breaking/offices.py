"""An office that sends single documents, for `broken/<CODE>/broken.py`: `gathering_world.py`, furnished."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from gathering_world import World, furnish, row

from breaking import room
from ingest.finding import Finding
from tests.samples.road import Road


@contextmanager
def office(road: Road) -> Iterator[World]:
    """Give a world whose two agencies are known and where nothing is waited for."""
    with pytest.MonkeyPatch.context() as patch:
        furnish(patch)
        yield World(room(road))


def of(submission_id: str) -> list[Finding]:
    """Return the findings of a submission."""
    return [Finding(one.code, one.place, one.params) for one in row(submission_id).findings]
