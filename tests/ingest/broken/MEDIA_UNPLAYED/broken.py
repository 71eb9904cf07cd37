"""A good sound, which nobody has listened to yet."""

from __future__ import annotations

import trap_builders as trap
from breaking import FILM, instead

from tests.samples.road import ACase, from_


def broken() -> ACase:
    return instead(FILM, "a.mp3", from_(lambda path: trap.mp3(path, kbps=128)))
