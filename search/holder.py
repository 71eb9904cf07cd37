"""The search index as a holder of a record's words: erase them, look again, give a receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from archive.errors import TangThuError
from archive.holders import Erasure, Holder, Said, Target
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
        return self._erase([target])[target.case_file_id]

    def erase_many(self, targets: Iterable[Target]) -> Iterator[tuple[Target, Said]]:
        """Do as `erase` with each: deleted together, the index's files gone through once, counted by one question."""
        asked = list(targets)
        try:
            said: Mapping[str, Said] = self._erase(asked) if asked else {}
        except TangThuError as error:
            said = dict.fromkeys((target.case_file_id for target in asked), error)
        for target in asked:
            yield target, said[target.case_file_id]

    def _erase(self, targets: Sequence[Target]) -> dict[str, Erasure]:
        engine = self._engine()
        ids = [target.case_file_id for target in targets]
        number, left = engine.erase_many(ids), engine.count_of(ids)
        return {id: self._receipt(engine, number.get(id, 0), gone=not left.get(id)) for id in ids}

    def _receipt(self, engine: Engine, number: int, *, gone: bool) -> Erasure:
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
