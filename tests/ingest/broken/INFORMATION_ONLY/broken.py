"""An unsigned document where signing gives legal value."""

from __future__ import annotations

from tests.samples.road import ACase, a_case, plain


def broken() -> ACase:
    return a_case("cao-bang").files(("a.pdf", plain))
