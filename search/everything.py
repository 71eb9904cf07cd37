"""Every case file a search means, not a page of it: for acts on all that was found."""

from __future__ import annotations

from archive.viewer import Viewer
from search.access import scope_of
from search.choice import open_engine
from search.engine import Engine
from search.query import Filters
from search.request import Request
from search.vietnamese import units


def every_case_file(
    text: str, *, viewer: Viewer, filters: Filters | None = None, engine: Engine | None = None
) -> frozenset[str]:
    """Return the ids of all case files of which something matches and may be read by the viewer.

    The same words and filters as `search.query.search`, without its limit of 10,000. A case file is meant when it
    or one of its documents is found.

    Args:
        engine: another than the configured one.

    Raises:
        TemporaryError: the engine does not answer.
    """
    scope, asked = scope_of(viewer), units(text)
    if scope.empty or (text.strip() and not asked):
        return frozenset()
    return frozenset((engine or open_engine()).case_files(Request(asked, scope, filters or Filters())))
