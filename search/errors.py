"""What can stop a search. An engine that is down is a `TemporaryError`; these are permanent."""

from __future__ import annotations

from archive.errors import TangThuError, TemporaryError


class SearchError(TangThuError):
    """The search engine refused what it was asked; asking again gives the same answer."""


class EngineDownError(TemporaryError):
    """The search engine does not answer, or is too busy to.

    Attributes:
        engine: its name and address.
    """

    def __init__(self, engine: str, message: str) -> None:
        super().__init__(f"{engine} does not answer: {message}. Start it, or see `tangthu doctor`.")
        self.engine = engine


class OutdatedIndexError(SearchError):
    """The index was made by a version of this program that kept it differently: fill it anew."""


class NotErasedError(TemporaryError):
    """Words of an erased case file are still in the index's files; erase again."""


class NodeError(SearchError):
    """The local Elasticsearch node cannot be started; the message says why."""
