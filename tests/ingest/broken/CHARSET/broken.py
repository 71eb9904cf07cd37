"""A text of an encoding before Unicode."""

from __future__ import annotations

from pathlib import Path

from tests.samples.road import ACase, a_case, from_, signed


def _old(path: Path) -> None:
    path.write_bytes("C\xe9ng h\xdfa x\xb7 h\xe9i".encode("latin-1"))


def broken() -> ACase:
    return a_case("lang-son").files(("a.pdf", signed()), ("b.txt", from_(_old)))
