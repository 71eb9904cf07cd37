"""Which tests stay in one process when several share the work.

Tests that start real parts and whole houses run one after another in one process, as the first share: they are not made
to fight each other for ports and processors. A file of the others is a share of its own, because its fixtures are dear;
of one that takes minutes and shares nothing, each test.
Whoever is done takes the next share.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

HOUSES = ("tests/e2e/", "tests/services/", "tests/browser/")
APART = "tests/retention/test_interleavings.py"


class Shares(LoadScopeScheduling):
    """Hands out shares in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path == APART:
            return nodeid
        return "houses" if path.startswith(HOUSES) else path
