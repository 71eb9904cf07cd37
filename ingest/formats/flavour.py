"""Which PDF/A we make. Alone, so that who only asks veraPDF need not load the PDF libraries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# The law asks for PDF/A without a flavour (Circular 02/2019/TT-BNV Điều 6); 2b is our reading, and what a
# sample package of the government was measured to be.
FLAVOUR = "2b"


@dataclass(frozen=True)
class Target:
    """A PDF/A flavour that may be asked for.

    Attributes:
        flavour: part and level as veraPDF names it.
        puid: PRONOM identifier of such a file.
        claims: what a file says of itself that may be kept as it is, part and level in capitals.
        prepared_as: the level B flavour pikepdf writes; a level U is declared afterwards and left to veraPDF to judge.
        version: the PDF version it is based on.
    """

    flavour: str
    puid: str
    claims: frozenset[str]
    prepared_as: str
    version: str

    @property
    def part(self) -> int:
        """Return the part of ISO 19005."""
        return int(self.flavour[0])


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        one.flavour: one
        for one in (
            Target("1b", "fmt/354", frozenset({"1A", "1B"}), "1b", "1.4"),
            Target("2b", "fmt/477", frozenset({"2A", "2B", "2U"}), "2b", "1.7"),
            Target("2u", "fmt/478", frozenset({"2A", "2U"}), "2b", "1.7"),
            Target("3b", "fmt/480", frozenset({"3A", "3B", "3U"}), "3b", "1.7"),
        )
    }
)
