"""An unsigned document where signing is a must."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, plain


def broken() -> ACase:
    return a_case("an-giang").files(("a.pdf", plain))
