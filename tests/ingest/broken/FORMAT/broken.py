"""An archive where a document should be."""

from __future__ import annotations

import trap_builders as trap

from tests.samples.road import ACase, a_case, from_, signed


def broken() -> ACase:
    return a_case().files(
        ("a.pdf", signed()), ("b.zip", from_(lambda path: trap.zip_of(path, {"a.txt": b"x"})))
    )
