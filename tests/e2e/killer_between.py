"""Take in what waits at the one inbox that is set, and kill this process between two acts.

    python tests/e2e/killer_between.py fetched|stored|told

fetched: the bytes are here, nothing is stored; stored: they are stored and ledgered, the transport was not told;
told: the transport was told. The kill is SIGKILL: nothing is cleaned up. The inbox is wrapped through `fetch_all`'s own
parameter.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.fetching import fetch_all
from ingest.gateway.interface import Inbox, Waiting
from ingest.gateway.opening import opened
from ingest.settings import IngestSettings


class Deadly:
    """The inbox, but the process dies at a named moment."""

    def __init__(self, inbox: Inbox, when: str) -> None:
        self.inbox = inbox
        self.when = when

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inbox, name)

    def fetch(self, waiting: Waiting | str, into: Path) -> Path:
        path = self.inbox.fetch(waiting, into)
        self.die_if("fetched")
        return path

    def acknowledge(self, doc_id: str, status: str, reason: str = "") -> None:
        self.die_if("stored")
        self.inbox.acknowledge(doc_id, status, reason)
        self.die_if("told")

    def die_if(self, moment: str) -> None:
        if self.when == moment:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    with opened(IngestSettings.load().inboxes[0]) as one:
        fetch_all(Deadly(one, sys.argv[1]), now=datetime.now(UTC))  # type: ignore[arg-type]
