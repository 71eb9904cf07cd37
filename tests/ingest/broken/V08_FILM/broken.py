"""A film of 800 kilobits a second."""

from __future__ import annotations

import trap_builders as trap
from breaking import FILM, instead

from tests.samples.road import ACase, from_


def broken() -> ACase:
    return instead(FILM, "phim.avi", from_(lambda path: trap.avi(path, kbps=800)))
