"""A file of more than 50 MiB."""

from __future__ import annotations

import random
from pathlib import Path

from tests.samples.road import ACase, a_case, from_, signed

ALSO = ("PROFILE_DRAFT",)


def _large(path: Path) -> None:
    path.write_text(random.Random(31).randbytes(27 * 2**20).hex(), "ascii")


def broken() -> ACase:
    return a_case("ninh-binh").files(("a.pdf", signed()), ("b.txt", from_(_large)))
