"""The search index as a holder of a record's words: erase them, look again, give a receipt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from archive.holders import Erasure, Holder, Target
from search.choice import open_engine
from search.engine import Engine


class SearchIndex:
    """The configured search index. One that is down gives no receipt, so no destruction completes."""

    name = "search-index"

    def __init__(self, engine: Callable[[], Engine] = open_engine) -> None:
        self._engine = engine

    def erase(self, target: Target) -> Erasure:
        """Erase the case file's documents and words, count what is left, and say so. Safe to call twice.

        Raises:
            TemporaryError: the index does not answer, or words are still in its files; call again.
        """
        engine = self._engine()
        number = engine.erase(target.case_file_id)
        gone = engine.count(target.case_file_id) == 0
        return Erasure(
            holder=self.name,
            what=f"{number} index documents ({engine.name})" if number else "nothing",
            how=engine.erasing if number else "not applicable: no index document",
            at=datetime.now(UTC),
            gone=gone,
        )


def holders() -> list[Holder]:
    """Return the index as a holder (entry point `tangthu.holders`)."""
    return [SearchIndex()]
