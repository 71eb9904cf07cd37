"""Which engine the settings name, opened once per process."""

from __future__ import annotations

import os
from functools import cache

from search.engine import Engine
from search.settings import SearchSettings


@cache
def _opened(settings: SearchSettings, database: str, _pid: int) -> Engine:
    # Imported here so that the embedded archive runs without loading the Elasticsearch client.
    if settings.engine == "elasticsearch":
        from search.elasticsearch import ElasticsearchEngine

        return ElasticsearchEngine(settings)
    from search.sqlite import SqliteEngine

    return SqliteEngine(settings.database)


def open_engine(settings: SearchSettings | None = None) -> Engine:
    """Return the engine the settings name; one per process."""
    settings = settings or SearchSettings.load()
    return _opened(settings, str(settings.database), os.getpid())
