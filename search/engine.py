"""What every search engine can do; Elasticsearch and the embedded SQLite pass one contract test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from search.document import IndexDocument
from search.request import Hits, Request


class Engine(Protocol):
    """A search index.

    Errors: `EngineDownError` (temporary) when it does not answer; `SearchError` when it refuses.
    """

    @property
    def name(self) -> str:
        """Return "sqlite" or "elasticsearch"."""
        ...

    @property
    def erasing(self) -> str:
        """Return how `erase` erases, in NIST SP 800-88 words."""
        ...

    def ensure(self) -> None:
        """Make the index if it is not there."""
        ...

    def index(self, documents: Iterable[IndexDocument]) -> int:
        """Put documents in, replacing those with the same id; searchable when it returns."""
        ...

    def replace(self, case_file_id: str, documents: Iterable[IndexDocument]) -> int:
        """Make these the only documents of a case file."""
        ...

    def refill(self, documents: Iterable[IndexDocument]) -> int:
        """Make these the only documents of the index; readers see the old ones until it is done."""
        ...

    def erase(self, case_file_id: str) -> int:
        """Remove a case file's documents and their words from the index's files; return how many.

        Raises:
            NotErasedError: the words may still be in a file; call again.
        """
        ...

    def erase_many(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Do `erase` with many, the files gone through once for all of them; return how many documents each had.

        Raises:
            NotErasedError: the words of some may still be in a file; call again.
        """
        ...

    def count_of(self, case_file_ids: Sequence[str]) -> dict[str, int]:
        """Return how many documents there are of each of these case files that has any, by one question."""
        ...

    def count(self, case_file_id: str | None = None) -> int:
        """Return the number of documents, of one case file or of all."""
        ...

    def search(self, request: Request) -> Hits:
        """Return what matches and may be seen."""
        ...

    def case_files(self, request: Request) -> Iterator[str]:
        """Yield the ids of all case files a request finds something of, each once; page and order are not asked."""
        ...

    def documents(self) -> Iterator[IndexDocument]:
        """Yield everything in the index, by id."""
        ...

    def reset(self) -> None:
        """Empty the index."""
        ...
