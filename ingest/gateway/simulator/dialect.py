"""What the dialects of the simulator share: the post behind them, what goes wrong, and who is let in."""

from __future__ import annotations

from ingest.gateway.simulator.exchange import Exchange
from ingest.gateway.simulator.faults import Faults
from ingest.gateway.simulator.post import Post


class Dialect:
    """One dialect for one client: its id and secret."""

    def __init__(self, post: Post, faults: Faults, *, system_id: str, secret: str) -> None:
        self.post = post
        self.faults = faults
        self.system_id = system_id
        self.secret = secret

    def answer(self, ask: Exchange) -> bool:
        """Answer when the path is one of this dialect; False when it is not."""
        raise NotImplementedError
